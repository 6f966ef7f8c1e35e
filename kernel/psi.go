package kernel

import "fmt"

// ParsePsi reads huber or bisquare.
func ParsePsi(s string) (Psi, error) {
	for _, psi := range []Psi{Huber, Bisquare} {
		if s == psi.String() {
			return psi, nil
		}
	}
	return 0, fmt.Errorf("%q is no way to treat outliers: give huber or bisquare", s)
}

// String returns "huber" or "bisquare".
func (psi Psi) String() string {
	switch psi {
	case Huber:
		return "huber"
	case Bisquare:
		return "bisquare"
	}
	return fmt.Sprintf("Psi(%d)", uint8(psi))
}

// MarshalText returns the name that ParsePsi reads.
func (psi Psi) MarshalText() ([]byte, error) { return []byte(psi.String()), nil }

// UnmarshalText reads a name as ParsePsi does.
func (psi *Psi) UnmarshalText(text []byte) (err error) {
	*psi, err = ParsePsi(string(text))
	return err
}
