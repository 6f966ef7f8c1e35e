package main

// isa is an instruction set.
type isa struct {
	name   string // constant of kernel.ISA, and the end of the names of its functions
	arch   string
	column int // in the table
}

var isas = []isa{
	{"AVX512", "amd64", 0},
	{"AVX2", "amd64", 1},
	{"NEON", "arm64", 2},
}

// dtype is a type of samples.
type dtype struct {
	name  string // constant of kernel.DType
	short string // in the names of functions
}

var (
	u8, i8   = dtype{"Uint8", "U8"}, dtype{"Int8", "I8"}
	u16, i16 = dtype{"Uint16", "U16"}, dtype{"Int16", "I16"}
	u32, i32 = dtype{"Uint32", "U32"}, dtype{"Int32", "I32"}
	f32, f64 = dtype{"Float32", "F32"}, dtype{"Float64", "F64"}

	all    = []dtype{u8, i8, u16, i16, u32, i32, f32, f64}
	narrow = []dtype{u8, i8, u16, i16}
)

// row is a body: a constant of kernel.body without its ending, and the beginning of the names of
// its functions. Its cells are in the order of isas.
type row struct {
	name  string
	cells [3]cell
}

// cell is a body for one instruction set. The zero value says that there is none.
type cell struct {
	pixels int     // carried in registers at once
	types  []dtype // of the samples that it takes
}

// table lists every function in kernel_avx512_amd64.s, kernel_avx2_amd64.s and kernel_neon_arm64.s.
var table = []row{
	// cells: AVX512, AVX2, NEON
	{"slope", [3]cell{{64, all}, {16, all}, {16, all}}},
	{"slopeGaps", [3]cell{{32, all}, {8, all}, {8, all}}},
	{"sums", [3]cell{{32, all}, {8, all}, {8, all}}},
	{"sumsGaps", [3]cell{{16, all}, {8, all}, {8, all}}},
	{"slopeWhole", [3]cell{{64, narrow}, {16, narrow}, {16, narrow}}},
	{"slopeGapsWhole", [3]cell{{64, narrow}, {16, narrow}}},
	{"sumsGapsWhole", [3]cell{{32, narrow}, {16, narrow}}},
	{"slopeGapsFinite", [3]cell{{32, []dtype{f32}}}},
	{"sumsGapsFinite", [3]cell{{16, []dtype{f32}}}},
	{"slopeInterleaved", [3]cell{{16, []dtype{f32}}}},
	{"rows4", [3]cell{{32, all}, {8, all}}},
	{"rows8", [3]cell{{16, all}, {4, all}}},
	{"ends", [3]cell{{16, all}, {8, all}}},
	{"stage", [3]cell{{32, all}, {32, all}}},
}
