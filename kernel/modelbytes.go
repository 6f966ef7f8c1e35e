package kernel

import "unsafe"

// ScratchBytes returns the memory that a ModelScratch of m takes, or a RobustScratch.
func (m Model) ScratchBytes(robust bool) int {
	const vector, word = int(unsafe.Sizeof(modelVector{})), int(unsafe.Sizeof(uint32(0)))
	perDate := (3+m.rasters)*vector + 2*word + 8*(m.Columns()+2)
	bytes := int(unsafe.Sizeof(ModelScratch{}))
	if robust {
		perDate += 6 * vector
		bytes = int(unsafe.Sizeof(RobustScratch{}))
	}
	tables := m.tableCount() * int(unsafe.Sizeof([modelLanes]uint16{}))
	return bytes + int(unsafe.Sizeof(modelQR{})) + m.dates*perDate + tables
}
