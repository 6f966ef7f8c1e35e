// Package foreign makes text from outside fit to be shown: names of files and of bands, units,
// descriptions, cells of tables, addresses, and messages of libraries. Such text may hold
// characters that move the cursor of a terminal, that forge the lines of a report or that no XML
// may hold, and addresses may hold passwords.
//
//	foreign.Printable("a\x1b[2J.tif")                   // "a\x1b[2J.tif", with its quotes
//	foreign.Scrub("/vsicurl/ftp://me:pw@example.org/a") // /vsicurl/ftp://example.org/a
//
// Whatever prints, draws or writes metadata uses these functions.
package foreign
