// Package selection finds order statistics without sorting.
package selection

// Nth returns the number that would be x[k] if x were sorted, by Hoare's selection: it moves smaller
// numbers before it and larger ones behind it. No number may be NaN.
func Nth[F float32 | float64](x []F, k int) F {
	lo, hi := 0, len(x)-1
	for lo < hi {
		pivot := median(x[lo], x[lo+(hi-lo)/2], x[hi])
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	return x[k]
}

func median[F float32 | float64](a, b, c F) F { return max(min(a, b), min(max(a, b), c)) }
