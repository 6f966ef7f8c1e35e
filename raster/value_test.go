package raster

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/pixtrend/pixtrend/kernel"
)

func TestValues(t *testing.T) {
	for _, test := range []struct {
		value      float64
		text, json string
	}{
		{-9999, "-9999", "-9999"},
		{0.25, "0.25", "0.25"},
		{-2147483648, "-2147483648", "-2147483648"},
		{float64(float32(-3.4e38)), "-3.4e+38", "-3.3999999521443642e+38"},
		{-math.MaxFloat32, "-3.4028235e+38", "-3.4028234663852886e+38"},
		{-1.7e308, "-1.7e+308", "-1.7e+308"},
		{math.NaN(), "nan", `"nan"`},
		{math.Inf(1), "inf", `"inf"`},
		{math.Inf(-1), "-inf", `"-inf"`},
	} {
		v := *NodataOf(kernel.Valid{HasNodata: true, Nodata: test.value})
		written, err := json.Marshal(v)
		if v.String() != test.text || string(written) != test.json || err != nil {
			t.Errorf("%v is written %s and in JSON %s, %v; want %s and %s", test.value, v, written, err, test.text, test.json)
		}
		var read Value
		if err := json.Unmarshal(written, &read); err != nil || float64(read) != test.value && test.value == test.value {
			t.Errorf("%s is read as %v, %v", written, read, err)
		}
	}
	if NodataOf(kernel.Valid{Nodata: 3}) != nil {
		t.Error("nodata where there is none")
	}
	var v Value
	if err := json.Unmarshal([]byte(`"some"`), &v); err == nil {
		t.Errorf("some is read as %v", v)
	}
}
