package stats

import "fmt"

// The text forms of the types that say what is computed, for JSON and other documents. Each is the
// name that String returns.

// FullName returns a name that no other field has: that of the table, whatever a model calls the field,
// with the name of the method before those of breaks, such as landtrendr_rmse.
func (f Field) FullName() string {
	if IsField(f) && f.Info().Estimator.OfBreaks() {
		return f.Info().Estimator.String() + "_" + f.String()
	}
	return f.String()
}

// MarshalText returns the full name of the field.
func (f Field) MarshalText() ([]byte, error) { return []byte(f.FullName()), nil }

// UnmarshalText reads the full name of a field.
func (f *Field) UnmarshalText(text []byte) error {
	for i := range table {
		if Field(i).FullName() == string(text) {
			*f = Field(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no field", text)
}

// MarshalText returns the name of the event.
func (e Event) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the name of an event.
func (e *Event) UnmarshalText(text []byte) (err error) {
	*e, err = ParseEvent(string(text))
	return err
}

// MarshalText returns the composite as ParseComposite reads it.
func (c Composite) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a composite as ParseComposite does.
func (c *Composite) UnmarshalText(text []byte) (err error) {
	*c, err = ParseComposite(string(text))
	return err
}

// MarshalText returns the method as ParseMethod reads it.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a method as ParseMethod does.
func (m *Method) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMethod(string(text))
	return err
}
