package raster

import "github.com/pixtrend/pixtrend/internal/fault"

// Errors wrap one of these, for errors.Is.
var (
	ErrInput  = fault.ErrInput  // an input is missing, unreadable or cannot be part of a stack
	ErrOutput = fault.ErrOutput // a target exists, or cannot be written
)
