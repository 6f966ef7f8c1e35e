package fault

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

func flag(o Option) string {
	if o.Value == "" {
		return "--" + o.Field
	}
	return "--" + o.Field + " " + o.Value
}

func TestSentence(t *testing.T) {
	inner := Inputf("a.tif has gaps of %d: use %v, or leave %v out", -9999, Option{"Nodata", "-9999"}, Option{Field: "Mask"})
	const plain = "a.tif has gaps of -9999: use the option Nodata = -9999, or leave the option Mask out"
	const flags = "a.tif has gaps of -9999: use --Nodata -9999, or leave --Mask out"
	for _, tt := range []struct {
		err         error
		want, named string
	}{
		{inner, plain, flags},
		{fmt.Errorf("the masks: %w", inner), "the masks: " + plain, "the masks: " + flags},
		{fmt.Errorf("%w; %w", errors.New("first"), inner), "first; " + plain, "first; " + flags},
		{Outputf("line %d: %v", 3, inner), "line 3: " + plain, "line 3: " + flags},
		{errors.New("100 %d"), "100 %d", "100 %d"},
		{Inputf("%s is 50 %% cloud", "100%s.tif"), "100%s.tif is 50 % cloud", "100%s.tif is 50 % cloud"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		if got := Sentence(tt.err, flag); got != tt.named {
			t.Errorf("with flags %q, want %q", got, tt.named)
		}
	}
	if !errors.Is(fmt.Errorf("the masks: %w", inner), ErrInput) || errors.Is(inner, ErrOutput) {
		t.Error("an error about inputs is not ErrInput alone")
	}
	if e := (*Error)(nil); !errors.As(inner, &e) || len(e.Options()) != 2 || e.Options()[0] != (Option{"Nodata", "-9999"}) {
		t.Error("the options cannot be had from the error")
	}
}

func TestMessageInJSON(t *testing.T) {
	m := Messagef("use %v", Option{Field: "NoMask"})
	b, err := json.Marshal([]Message{m, m.Named(flag), m.Named(flag).Named(func(Option) string { return "?" })})
	if err != nil || string(b) != `["use the option NoMask","use --NoMask","use --NoMask"]` {
		t.Errorf("%s, %v", b, err)
	}
}

// Causes finds what sentences were made of, and what they had as words only.
func TestCauses(t *testing.T) {
	cause := errors.New("the disk is on fire")
	for _, err := range []error{
		cause,
		Inputf("cannot read a.tif: %v", cause),
		fmt.Errorf("the masks: %w", Outputf("cannot write b.tif: %v", Inputf("%v", cause))),
		Because(Inputf("a.tif is lost"), cause),
		errors.Join(errors.New("other"), fmt.Errorf("%w", Because(Errorf("no"), fmt.Errorf("at last: %w", cause)))),
	} {
		found := false
		Causes(err, func(e error) { found = found || e == cause })
		if !found {
			t.Errorf("no cause of %v", err)
		}
	}
	Causes(nil, func(e error) { t.Errorf("nothing has the cause %v", e) })
	Causes(Inputf("%s", cause.Error()), func(e error) {
		if e == cause {
			t.Error("a text is a cause")
		}
	})
}
