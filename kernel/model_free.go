package kernel

// Pixels without gaps have the same XᵀWX, so XᵀWy is all that their coefficients need. The bodies of
// Coefficients compute it without staging the samples, as fast as the memory gives them.

// freePixels is the number of pixels whose XᵀWy is kept until they are solved for.
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
	if dst.RSS != nil || dst.TSS != nil || x.Weights != nil || v.HasRange || len(m.rows) == 0 || !k.hasModels() || !k.has(m.rowsBody(), t.Type) {
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
	l := v.lower(t.Type)
	for t.Pixels-from-done >= block {
		p.pixels = min((t.Pixels-from-done)/block*block, callPixels(t), freePixels)
		p.src, p.mask = start(t, from+done)
		k.call(m.rowsBody(), t.Type, &p)
		for at := 0; at < p.done; at += modelLanes {
			widenRow(&s.ref, t, l, 0, from+done+at, modelLanes)
			for j := range m.shared {
				copy(s.h[j][:], s.dotsOf[j][at:])
			}
			s.solve(k, m, &s.free, nil, modelLanes)
			s.put(k, dst, &s.free, from+done+at, modelLanes)
		}
		done += p.done
		if p.done < p.pixels {
			break
		}
	}
	return done
}
