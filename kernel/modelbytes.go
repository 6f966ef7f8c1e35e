package kernel

import "unsafe"

// ScratchBytes returns the memory that a ModelScratch of m takes.
func (m Model) ScratchBytes() int {
	const vector = int(unsafe.Sizeof(modelVector{}))
	perDate := (2+m.rasters)*vector + int(unsafe.Sizeof(uint32(0))) + 8*(m.Columns()+2)
	tables := m.tableCount() * int(unsafe.Sizeof([modelLanes]uint16{}))
	return int(unsafe.Sizeof(ModelScratch{})) + int(unsafe.Sizeof(modelQR{})) + m.dates*perDate + tables
}
