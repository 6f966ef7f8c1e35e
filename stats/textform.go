package stats

import (
	"fmt"
	"slices"
)

// The text forms of the types that say what is computed, for JSON and other documents. Each is the
// name that String returns.

// MarshalText returns the name of the field in the table, whatever a model calls it.
func (f Field) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the name of a field.
func (f *Field) UnmarshalText(text []byte) error {
	i := slices.IndexFunc(table, func(info FieldInfo) bool { return info.Name == string(text) })
	if i < 0 {
		return fmt.Errorf("%q is no field", text)
	}
	*f = Field(i)
	return nil
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
