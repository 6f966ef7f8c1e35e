package kernel

// Pixels without gaps have the same XᵀWX, so XᵀWy is all that their coefficients need. The bodies of
// Coefficients compute it without staging the samples, as fast as the memory gives them.

// freePixels is the number of pixels whose XᵀWy is kept until they are solved for. What is kept of
// the columns is not a power of two apart, or it would share the sets of the cache.
const freePixels = 8 * block

// maxWait is the greatest number of blocks between tries whether blocks have no gaps.
const maxWait = 64

// newRows sets m.rows if the columns are few enough and no date is removed.
func (m *Model) newRows() {
	if m.shared > maxRows {
		return
	}
	for _, keep := range m.keep {
		if keep == 0 {
			return
		}
	}
	width := m.rowsWidth()
	m.rows = make([]float64, m.dates*width)
	for i := range m.dates {
		copy(m.rows[i*width:], m.xw[i*m.shared:][:m.shared])
	}
}

// rowsWidth returns how many numbers per date the body takes.
func (m Model) rowsWidth() int {
	if m.shared <= 4 {
		return 4
	}
	return 8
}

func (m Model) rowsBody() body {
	if m.rowsWidth() == 4 {
		return rows4Body
	}
	return rows8Body
}

// mayBeFree reports whether gapFree can be used.
func (s *ModelScratch) mayBeFree(k Kernel, dst Fits, t Tile, m Model, v Valid, x Extra) bool {
	if dst.RSS != nil || dst.TSS != nil || x.Weights != nil || v.HasRange || len(m.rows) == 0 ||
		!k.hasModels() || !k.has(m.rowsBody(), t.Type) {
		return false
	}
	if !s.haveFree {
		copy(s.bits, m.keep)
		s.findRows(m)
		s.whole = true
		s.factorOf(k, m, nil)
	}
	return s.haveFree
}

// gapFree fits pixels without gaps that begin with number from, block after block. It stops at a block
// with a gap and returns the number of pixels that are done.
func (s *ModelScratch) gapFree(k Kernel, dst Fits, t Tile, m Model, v Valid, from int) (done int) {
	p := lower(t, Axis{Tau: m.rows}, v)
	p.fetchAhead(k, m.rowsBody(), t)
	for j := range m.shared {
		p.rows[j] = &s.dotsOf[j][0]
	}
	refine := s.free.pivot[0] < pivotRefine
	for t.Pixels-from-done >= block {
		p.pixels = min((t.Pixels-from-done)/block*block, callPixels(t), freePixels)
		p.src, p.mask = start(t, 0, from+done)
		k.call(m.rowsBody(), t.Type, &p)
		for at := 0; at < p.done; at += modelLanes {
			widenFirst(&s.ref, t, from+done+at)
			for j := range m.shared {
				copy(s.h[j][:], s.dotsOf[j][at:])
			}
			s.free.solve(k, s.coef[:s.columns], s.h[:s.columns])
			for p := 0; refine && p < modelLanes; p++ {
				s.refine(&s.free, p)
			}
			s.put(k, dst, &s.free, from+done+at, modelLanes)
		}
		done += p.done
		if p.done < p.pixels {
			break
		}
	}
	return done
}

// widenFirst writes the samples of the first date of all lanes, beginning with pixel from, into dst.
func widenFirst(dst *modelVector, t Tile, from int) {
	switch t.Type {
	case Uint8:
		widenFirstOf[uint8](dst, t, from)
	case Int8:
		widenFirstOf[int8](dst, t, from)
	case Uint16:
		widenFirstOf[uint16](dst, t, from)
	case Int16:
		widenFirstOf[int16](dst, t, from)
	case Uint32:
		widenFirstOf[uint32](dst, t, from)
	case Int32:
		widenFirstOf[int32](dst, t, from)
	case Float32:
		widenFirstOf[float32](dst, t, from)
	default:
		widenFirstOf[float64](dst, t, from)
	}
}

func widenFirstOf[T Sample](dst *modelVector, t Tile, from int) {
	for p, sample := range (*[modelLanes]T)(Row[T](t, 0, from, from+modelLanes)) {
		dst[p] = float64(sample)
	}
}
