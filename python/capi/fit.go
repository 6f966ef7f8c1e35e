//go:build cgo

package main

import (
	"context"
	"fmt"
	"math"
	"unsafe"

	"github.com/pixtrend/pixtrend"
	"github.com/pixtrend/pixtrend/kernel"
	"github.com/pixtrend/pixtrend/layout"
	"github.com/pixtrend/pixtrend/stats"
)

// array is an array of the caller.
type array struct {
	data                         unsafe.Pointer
	dtype                        int
	strideDate, strideY, strideX int
}

// call is a fit's arrays.
type call struct {
	width, height, threads int
	samples, mask          array
	covariates             []array
	out                    []unsafe.Pointer
}

// view returns an array of the caller as a stack.
func (c call) view(a array, dates int) (v layout.View, err error) {
	if a.dtype < 0 || a.dtype > math.MaxUint8 || !kernel.DType(a.dtype).Valid() {
		return v, fmt.Errorf("samples of type %d", a.dtype)
	}
	if c.width < 1 || c.height < 1 || a.strideDate < 1 || a.strideY < 0 || c.height > 1 && a.strideY == 0 || a.strideX < 0 {
		return v, fmt.Errorf("%d × %d pixels with strides of %d, %d and %d samples", c.width, c.height, a.strideDate, a.strideY, a.strideX)
	}
	v = layout.View{Type: kernel.DType(a.dtype), Width: c.width, Height: c.height, Dates: dates, RowStride: a.strideY, DateStride: a.strideDate}
	switch {
	case c.width == 1 || a.strideX == 1:
	case a.strideDate == 1 && a.strideX == dates:
		v.Order, v.DateStride = layout.BIP, 0
	default:
		return v, fmt.Errorf("strides of %d, %d and %d samples: either dates or pixels of a row are contiguous", a.strideDate, a.strideY, a.strideX)
	}
	if c.height == 1 {
		v.RowStride = 0 // there is no other row
	}
	samples, ok := v.Span()
	if !ok || a.data == nil || uintptr(a.data)%uintptr(v.Type.Size()) != 0 {
		return v, fmt.Errorf("%d × %d pixels of %v at %p", c.width, c.height, v.Type, a.data)
	}
	v.Data = unsafe.Slice((*byte)(a.data), samples*v.Type.Size())
	return v, v.Check()
}

// stack returns the arrays as a stack.
func (p *problem) stack(c call) (*pixtrend.Stack, error) {
	view, err := c.view(c.samples, len(p.planes))
	if err != nil {
		return nil, fmt.Errorf("the samples: %w", err)
	}
	s, err := pixtrend.NewStackView(view, p.axis, p.planes)
	if err != nil {
		return nil, err
	}
	if s.Valid, err = p.valid(view.Type); err != nil {
		return nil, err
	}
	if s.Offset = p.options.Offset; p.options.Scale != nil {
		s.Scale = *p.options.Scale
	}
	if c.mask.data != nil {
		mask, err := c.view(c.mask, len(p.planes))
		if err == nil {
			err = s.SetMask(mask)
		}
		if err != nil {
			return nil, fmt.Errorf("the mask: %w", err)
		}
	}
	var covariates []pixtrend.CovariateView
	for _, a := range c.covariates {
		v, err := c.view(a, len(p.planes))
		if err != nil {
			return nil, fmt.Errorf("a covariate: %w", err)
		}
		covariates = append(covariates, pixtrend.CovariateView{View: v})
	}
	return s, s.SetCovariates(covariates...)
}

// valid returns which samples of a type are observations, as the command line has it.
func (p *problem) valid(d kernel.DType) (v kernel.Valid, err error) {
	lo, hi := p.validRange()
	if nodata := p.options.Nodata; nodata != nil {
		if !pixtrend.CanBeNodata(d, *nodata) {
			return v, fmt.Errorf("nodata is %v, and samples of %v cannot be that: give another value, or leave it out", *nodata, d)
		}
		v.HasNodata, v.Nodata = true, *nodata
		least, most := pixtrend.NodataRange(d, *nodata)
		lo, hi = max(lo, least), min(hi, most)
	}
	v.HasRange, v.Lo, v.Hi = !math.IsInf(lo, -1) || !math.IsInf(hi, 1), lo, hi
	return v, nil
}

// fit fits the arrays.
func (p *problem) fit(c call) error {
	s, err := p.stack(c)
	if err != nil {
		return err
	}
	if c.threads < 0 {
		return fmt.Errorf("threads is %d: give 1 or more", c.threads)
	}
	o := p.opts
	o.Threads = c.threads
	if p.options.DType == "float64" {
		return into[float64](p, s, o, c.out)
	}
	return into[float32](p, s, o, c.out)
}

func into[F float32 | float64](p *problem, s *pixtrend.Stack, o pixtrend.Options, out []unsafe.Pointer) error {
	fields, dates := len(o.Fields), len(p.planes)
	planes := make([][]F, len(out))
	for i, at := range out {
		if at == nil {
			return fmt.Errorf("output %d is no memory", i)
		}
		planes[i] = unsafe.Slice((*F)(at), s.Pixels())
	}
	// The planes of a series come in the order of the times, and the fit writes them in that of the
	// axis.
	sorted := append([][]F{}, planes...)
	for i := fields; i+dates <= len(planes); i += dates {
		for date, from := range p.planes {
			sorted[i+date] = planes[i+from]
		}
	}
	_, err := pixtrend.FitInto(context.Background(), s, o, sorted)
	return err
}

// discover finds the p-values that are significant at a false discovery rate.
func discover(pvalues unsafe.Pointer, count int, d kernel.DType, rate float64) (threshold float64, found, of int64, err error) {
	if !(rate > 0 && rate < 1) {
		return math.NaN(), 0, 0, fmt.Errorf("the rate is %v: give a number between 0 and 1", rate)
	}
	if !d.IsFloat() || count < 0 || count > 0 && pvalues == nil {
		return math.NaN(), 0, 0, fmt.Errorf("%d p-values of %v", count, d)
	}
	search := stats.NewDiscoveries(rate)
	for !search.Done() {
		if d == kernel.Float32 {
			stats.Count(search, unsafe.Slice((*float32)(pvalues), count))
		} else {
			stats.Count(search, unsafe.Slice((*float64)(pvalues), count))
		}
		search.Next()
	}
	threshold, found, of = search.Threshold()
	return threshold, found, of, nil
}
