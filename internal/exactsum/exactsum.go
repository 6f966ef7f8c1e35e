// Package exactsum adds numbers without rounding, so that a sum depends neither on the order of its
// terms nor on how they are divided among threads.
//
// A sum is one long binary number with a place for each bit that a float64 can have, kept in words
// of 32 bits with room for carries (Neal, "Fast exact summation using small and large
// superaccumulators", 2015, arXiv:1505.05571).
package exactsum

import (
	"math"
	"math/big"
)

const (
	wordBits = 32
	// words hold the 2098 bits from 2^-1074 to 2^1023, and the carries of 2^63 terms.
	words = 69
	// most is how many terms a word takes before its carries move on: a term adds less than 2^52 to
	// it.
	most = 1 << 10

	fractionBits = 52
)

// Sum is a sum of float64s. The zero Sum is 0.
type Sum struct {
	words [words]int64 // word i counts 2^(32·i − 1074)
	terms int          // since carries moved on
}

// Add adds a finite number.
func (s *Sum) Add(x float64) {
	bits := math.Float64bits(x)
	place := int(bits>>fractionBits) & 0x7ff
	number := bits & (1<<fractionBits - 1)
	if place > 0 { // else it is denormal
		number |= 1 << fractionBits
		place--
	}
	at, shift := place/wordBits, place%wordBits
	low := int64(number << shift & (1<<wordBits - 1))
	high := int64(number >> (wordBits - shift))
	if bits>>63 != 0 {
		low, high = -low, -high
	}
	s.words[at] += low
	s.words[at+1] += high
	if s.terms++; s.terms == most {
		s.carry()
	}
}

// carry makes all words but the last numbers from 0 to below 2^32.
func (s *Sum) carry() {
	for i := range words - 1 {
		s.words[i+1] += s.words[i] >> wordBits
		s.words[i] &= 1<<wordBits - 1
	}
	s.terms = 0
}

// units returns the sum in units of 2^-1074.
func (s *Sum) units() *big.Int {
	s.carry()
	sum := new(big.Int)
	for i := words - 1; i >= 0; i-- {
		sum.Lsh(sum, wordBits)
		sum.Add(sum, big.NewInt(s.words[i]))
	}
	return sum
}

// Quotient returns a / b with a single rounding, and NaN if b is 0.
func Quotient(a, b *Sum) float64 {
	divisor := b.units()
	if divisor.Sign() == 0 {
		return math.NaN()
	}
	q, _ := new(big.Rat).SetFrac(a.units(), divisor).Float64()
	return q
}
