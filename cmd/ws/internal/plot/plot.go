package plot

import (
	"fmt"
	"html"
	"strconv"
)

// Size of a plot and of what stands around its area, in units of the SVG.
const (
	width, height = 760, 320
	left, right   = 76, 22
	top, bottom   = 18, 50
	areaWidth     = width - left - right
	areaHeight    = height - top - bottom
)

// A Plot is lines, bars and marks over two axes.
type Plot struct {
	ID          string // of the element; must be unique in the page
	Title, Desc string
	X, Y        Axis
	Lines       []Line
	Bars        []Bar
	Marks       []Mark
}

// A Line joins points. The first one of a plot is filled down to the X axis.
type Line struct {
	Name   string
	Points []Point
}

// A Point is a place on the axes.
type Point struct{ X, Y float64 }

// A Bar stands on the X axis.
type Bar struct {
	From, To float64 // on X
	Height   float64 // on Y
	Title    string  // what it says when it is pointed at
}

// A Mark is a point with a label.
type Mark struct {
	Point
	Label string
}

// AppendSVG appends the plot as an svg element.
func (p *Plot) AppendSVG(b []byte) []byte {
	b = fmt.Appendf(b, `<svg id="%[1]s" role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %[2]d %[3]d">`+"\n",
		p.ID, width, height)
	b = fmt.Appendf(b, `<title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`+"\n",
		p.ID, html.EscapeString(p.Title), p.ID, html.EscapeString(p.Desc))
	b = p.appendGrid(b)
	for _, bar := range p.Bars {
		b = p.appendBar(b, bar)
	}
	for i, l := range p.Lines {
		b = p.appendLine(b, l, i)
	}
	for _, m := range p.Marks {
		b = p.appendMark(b, m)
	}
	return append(b, "</svg>\n"...)
}

func (p *Plot) x(v float64) float64 { return left + areaWidth*p.X.at(v) }
func (p *Plot) y(v float64) float64 { return top + areaHeight*(1-p.Y.at(v)) }

// appendGrid draws the axes, with a line across for every tick of Y.
func (p *Plot) appendGrid(b []byte) []byte {
	b = append(b, `<g class="grid">`...)
	for _, t := range p.Y.Ticks {
		y := p.y(t.At)
		b = fmt.Appendf(b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, left, y, width-right, y)
		b = appendText(b, left-8, y+4, "end", t.Label)
	}
	for _, t := range p.X.Ticks {
		x := p.x(t.At)
		b = fmt.Appendf(b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, x, height-bottom, x, height-bottom+5)
		b = appendText(b, x, height-bottom+19, "middle", t.Label)
	}
	b = fmt.Appendf(b, `<line class="base" x1="%d" y1="%d" x2="%d" y2="%[2]d"/>`, left, height-bottom, width-right)
	b = appendText(b, left+areaWidth/2, height-8, "middle", p.X.Label)
	b = fmt.Appendf(b, `<text transform="rotate(-90)" x="%d" y="14" text-anchor="middle">%s</text>`,
		-(top + areaHeight/2), html.EscapeString(p.Y.Label))
	return append(b, "</g>\n"...)
}

func appendText(b []byte, x, y float64, anchor, text string) []byte {
	return fmt.Appendf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(text))
}

// appendLine draws line number i.
func (p *Plot) appendLine(b []byte, l Line, i int) []byte {
	if len(l.Points) == 0 {
		return b
	}
	first, last := l.Points[0], l.Points[len(l.Points)-1]
	if i == 0 {
		b = fmt.Appendf(b, `<path class="fill" d="M%.1f %d`, p.x(first.X), height-bottom)
		b = p.appendPath(b, "L", l.Points)
		b = fmt.Appendf(b, `L%.1f %dZ"/>`+"\n", p.x(last.X), height-bottom)
	}
	b = fmt.Appendf(b, `<path class="line line%d" d="`, i+1)
	b = p.appendPath(b, "M", l.Points)
	return append(b, "\"/>\n"...)
}

// appendPath writes points as a path that begins with the command begin.
func (p *Plot) appendPath(b []byte, begin string, points []Point) []byte {
	for i, pt := range points {
		if i > 0 {
			begin = "L"
		}
		b = append(b, begin...)
		b = strconv.AppendFloat(b, p.x(pt.X), 'f', 1, 64)
		b = append(b, ' ')
		b = strconv.AppendFloat(b, p.y(pt.Y), 'f', 1, 64)
	}
	return b
}

// leastBar is how high a bar is at least: what is there is to be seen.
const leastBar = 2

func (p *Plot) appendBar(b []byte, bar Bar) []byte {
	x1, x2 := p.x(bar.From), p.x(bar.To)
	h := max(leastBar, height-bottom-p.y(bar.Height))
	return fmt.Appendf(b, `<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`+"\n",
		x1+0.5, height-bottom-h, max(1, x2-x1-1), h, html.EscapeString(bar.Title))
}

// appendMark draws a dot, its label above and, where there is room, on the left:
// there a curve that rises is below it.
func (p *Plot) appendMark(b []byte, m Mark) []byte {
	x, y := p.x(m.X), p.y(m.Y)
	b = fmt.Appendf(b, `<circle class="mark" cx="%.1f" cy="%.1f" r="4"/>`, x, y)
	anchor, dx, dy := "end", -8.0, -8.0
	if x < left+areaWidth/8 {
		anchor, dx, dy = "middle", 0, -12
	}
	b = fmt.Appendf(b, `<text class="label" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n",
		x+dx, max(top+4, y+dy), anchor, html.EscapeString(m.Label))
	return b
}
