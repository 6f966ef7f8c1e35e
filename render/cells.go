package render

import (
	"image"
	"image/color"
	"math"
)

// Layout maps a raster to a picture. The pixels of the raster are averaged to cells, and each cell
// is drawn as one or more pixels of the picture.
type Layout struct {
	RasterWidth, RasterHeight   int
	Width, Height               int     // cells; never more than the raster has pixels
	PictureWidth, PictureHeight int     // never less than there are cells
	DPI                         float64 // pixels an inch on paper; 0: the picture is for screens
}

// mostAspect is the largest ratio between the sides of a drawn pixel.
const mostAspect = 8

// NewLayout fits a raster into a square of side pixels. Its pixels are aspect times as wide as they
// are high. Square pixels of a smaller raster are enlarged by a whole number, so that all have the
// same size.
func NewLayout(width, height int, aspect float64, side int) Layout {
	if !(aspect > 1./mostAspect && aspect < mostAspect) || math.Abs(aspect-1) < 0.01 {
		aspect = 1
	}
	w, h := float64(width)*aspect, float64(height)
	fill := float64(side) / max(w, h)
	if aspect == 1 && fill >= 1 {
		fill = math.Floor(fill)
	}
	l := Layout{RasterWidth: width, RasterHeight: height,
		PictureWidth: max(1, int(math.Round(w*fill))), PictureHeight: max(1, int(math.Round(h*fill)))}
	l.Width, l.Height = min(width, l.PictureWidth), min(height, l.PictureHeight)
	return l
}

// CellBytes returns the memory of the Cells of a layout and their image.
func (l Layout) CellBytes(masked bool) int64 {
	each := int64(8 + 4 + 1) // sum, count, image
	if masked {
		each += 4
	}
	return each * int64(l.Width) * int64(l.Height)
}

// PageBytes returns about the most memory that drawing a figure takes, beside its text and
// outlines: the page as PNG, the cells, and the map at its full size.
func (l Layout) PageBytes() int64 {
	u := l.unit()
	w, h := int64(l.PictureWidth)+int64(500*u), int64(l.PictureHeight)+int64(250*u)
	return 4*w*h + int64(l.Width)*int64(l.Height) + int64(l.PictureWidth)*int64(l.PictureHeight)
}

// Cells holds the values of a raster at the resolution of a layout. The value of a cell is the mean
// of its pixels, or the value of the pixel in its middle.
type Cells struct {
	Layout
	nearest bool
	column  []int32 // cell of each column of the raster
	sum     []float64
	count   []int32
	weak    []int32 // number of pixels that are not significant; nil if no pixels are marked
}

// NewCells returns cells without values. Set nearest for counts and dates, whose mean may be the
// value of no pixel. Set masked if Add will get marks.
func NewCells(l Layout, nearest, masked bool) *Cells {
	n := l.Width * l.Height
	c := &Cells{Layout: l, nearest: nearest, sum: make([]float64, n), count: make([]int32, n), column: make([]int32, l.RasterWidth)}
	if masked {
		c.weak = make([]int32, n)
	}
	for x := range c.column {
		c.column[x] = int32(cellOf(x, l.RasterWidth, l.Width, nearest))
	}
	return c
}

// cellOf returns the cell that pixel x of a row belongs to. If nearest is set, it returns -1 for
// all pixels but the middle one of each cell.
func cellOf(x, pixels, cells int, nearest bool) int {
	cell := int(int64(x) * int64(cells) / int64(pixels))
	first := func(cell int) int { return int((int64(cell)*int64(pixels) + int64(cells) - 1) / int64(cells)) }
	if nearest && (first(cell)+first(cell+1))/2 != x {
		return -1
	}
	return cell
}

// Add adds the values of a window of the raster, row by row. weak, which may be nil, marks those
// that are not significant.
func (c *Cells) Add(x0, y0, width int, values []float64, weak []bool) {
	for y := 0; y*width < len(values); y++ {
		row := cellOf(y0+y, c.RasterHeight, c.Height, c.nearest)
		if row < 0 {
			continue
		}
		for x, v := range values[y*width : (y+1)*width] {
			column := c.column[x0+x]
			if v != v || column < 0 {
				continue
			}
			cell := row*c.Width + int(column)
			c.sum[cell] += v
			c.count[cell]++
			if c.weak != nil && weak[y*width+x] {
				c.weak[cell]++
			}
		}
	}
}

// NotSignificant is the colour of pixels and cells that are not significant. People with any colour
// vision can tell this grey from the classes of every palette.
var NotSignificant = color.NRGBA{152, 152, 152, 255}

// Image colours the cells by class. Cells without a value are transparent. Cells in which most
// pixels are not significant are grey. Set flipX if the first column of the raster is in the east,
// and flipY if its first row is in the south.
func (c *Cells) Image(classes *Classes, colors []color.NRGBA, flipX, flipY bool) *image.Paletted {
	palette := color.Palette{color.NRGBA{}, NotSignificant}
	for _, col := range colors {
		palette = append(palette, col)
	}
	img := image.NewPaletted(image.Rect(0, 0, c.Width, c.Height), palette)
	for y := range c.Height {
		for x := range c.Width {
			i, index := y*c.Width+x, 0
			switch {
			case c.count[i] == 0:
			case c.weak != nil && 2*c.weak[i] > c.count[i]:
				index = 1
			default:
				index = 2 + classes.Index(c.sum[i]/float64(c.count[i]))
			}
			to := image.Pt(x, y)
			if flipX {
				to.X = c.Width - 1 - x
			}
			if flipY {
				to.Y = c.Height - 1 - y
			}
			img.SetColorIndex(to.X, to.Y, uint8(index))
		}
	}
	return img
}

// enlarged returns the image enlarged to a width and height by repeating its pixels.
func enlarged(img *image.Paletted, width, height int) *image.Paletted {
	b := img.Bounds()
	if b.Dx() == width && b.Dy() == height {
		return img
	}
	big := image.NewPaletted(image.Rect(0, 0, width, height), img.Palette)
	for y := range height {
		row := img.Pix[y*b.Dy()/height*img.Stride:]
		for x := range width {
			big.Pix[y*big.Stride+x] = row[x*b.Dx()/width]
		}
	}
	return big
}
