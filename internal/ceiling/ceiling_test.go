package ceiling

import "testing"

// A byte that is set anywhere must change the result. If Read skipped bytes, it would look too
// fast.
func TestReadsEveryByte(t *testing.T) {
	b, err := Buffer(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	b = b[:300<<10+100]
	for _, ahead := range Aheads {
		if x := Read(b, ahead); x != 0 {
			t.Fatalf("zeros read as %x", x)
		}
		for i := 0; i < len(b)/256*256; i += 61 {
			b[i] = 1
			// Only the lowest word of each register is returned. The other words are read with it.
			if x := Read(b, ahead); i%64 < 8 && x == 0 {
				t.Fatalf("byte %d is not read", i)
			}
			b[i] = 0
		}
	}
	Read(nil, 0)
	Read(b[:255], 512)
}
