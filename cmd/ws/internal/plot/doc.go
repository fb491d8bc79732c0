// Package plot draws lines and bars as SVG that stands in an HTML page. The page
// gives the colours by its style sheet, so a plot follows the page into the dark;
// every plot has a title and a description for those who do not see it, and tells
// its lines apart by dashes as well as by colour.
package plot
