//go:build !purego

package kernel

// hasModels reports whether k has the bodies of models.
func (k Kernel) hasModels() bool { return k.isa == AVX512 || k.isa == AVX2 }

// callModel calls body b. It is a switch of direct calls, as Kernel.call.
func (k Kernel) callModel(b modelBody, p *modelParams) {
	if k.isa == AVX2 {
		switch b {
		case modelIndexBody:
			modelIndexAVX2(p)
		case modelGramBody:
			modelGramAVX2(p)
		case modelTurnBody:
			modelTurnAVX2(p)
		case modelDotsBody:
			modelDotsAVX2(p)
		case modelResidualsBody:
			modelResidualsAVX2(p)
		case modelSquaresBody:
			modelSquaresAVX2(p)
		case modelTotalsBody:
			modelTotalsAVX2(p)
		case modelFactorBody:
			modelFactorAVX2(p)
		case modelSolveBody:
			modelSolveAVX2(p)
		case modelInvertBody:
			modelInvertAVX2(p)
		case modelCovarianceBody:
			modelCovarianceAVX2(p)
		case modelErrorsBody:
			modelErrorsAVX2(p)
		case modelHuberBody:
			modelHuberAVX2(p)
		case modelBisquareBody:
			modelBisquareAVX2(p)
		case modelCountBody:
			modelCountAVX2(p)
		case modelHuberSpreadBody:
			modelHuberSpreadAVX2(p)
		case modelBisquareSpreadBody:
			modelBisquareSpreadAVX2(p)
		}
		return
	}
	switch b {
	case modelGramBody:
		modelGramAVX512(p)
	case modelTurnBody:
		modelTurnAVX512(p)
	case modelDotsBody:
		modelDotsAVX512(p)
	case modelResidualsBody:
		modelResidualsAVX512(p)
	case modelSquaresBody:
		modelSquaresAVX512(p)
	case modelTotalsBody:
		modelTotalsAVX512(p)
	case modelPackBody:
		modelPackAVX512(p)
	case modelMovingBody:
		modelMovingAVX512(p)
	case modelFactorBody:
		modelFactorAVX512(p)
	case modelSolveBody:
		modelSolveAVX512(p)
	case modelInvertBody:
		modelInvertAVX512(p)
	case modelCovarianceBody:
		modelCovarianceAVX512(p)
	case modelErrorsBody:
		modelErrorsAVX512(p)
	case modelHuberBody:
		modelHuberAVX512(p)
	case modelBisquareBody:
		modelBisquareAVX512(p)
	case modelCountBody:
		modelCountAVX512(p)
	case modelHuberSpreadBody:
		modelHuberSpreadAVX512(p)
	case modelBisquareSpreadBody:
		modelBisquareSpreadAVX512(p)
	}
}

//go:noescape
func modelIndexAVX2(p *modelParams)

//go:noescape
func modelGramAVX2(p *modelParams)

//go:noescape
func modelGramAVX512(p *modelParams)

//go:noescape
func modelTurnAVX2(p *modelParams)

//go:noescape
func modelTurnAVX512(p *modelParams)

//go:noescape
func modelDotsAVX2(p *modelParams)

//go:noescape
func modelDotsAVX512(p *modelParams)

//go:noescape
func modelResidualsAVX2(p *modelParams)

//go:noescape
func modelResidualsAVX512(p *modelParams)

//go:noescape
func modelSquaresAVX2(p *modelParams)

//go:noescape
func modelTotalsAVX2(p *modelParams)

//go:noescape
func modelSquaresAVX512(p *modelParams)

//go:noescape
func modelTotalsAVX512(p *modelParams)

//go:noescape
func modelPackAVX512(p *modelParams)

//go:noescape
func modelMovingAVX512(p *modelParams)

//go:noescape
func modelFactorAVX2(p *modelParams)

//go:noescape
func modelFactorAVX512(p *modelParams)

//go:noescape
func modelSolveAVX2(p *modelParams)

//go:noescape
func modelSolveAVX512(p *modelParams)

//go:noescape
func modelInvertAVX2(p *modelParams)

//go:noescape
func modelInvertAVX512(p *modelParams)

//go:noescape
func modelCovarianceAVX2(p *modelParams)

//go:noescape
func modelCovarianceAVX512(p *modelParams)

//go:noescape
func modelErrorsAVX2(p *modelParams)

//go:noescape
func modelErrorsAVX512(p *modelParams)

//go:noescape
func modelHuberAVX2(p *modelParams)

//go:noescape
func modelHuberAVX512(p *modelParams)

//go:noescape
func modelBisquareAVX2(p *modelParams)

//go:noescape
func modelBisquareAVX512(p *modelParams)

//go:noescape
func modelCountAVX2(p *modelParams)

//go:noescape
func modelCountAVX512(p *modelParams)

//go:noescape
func modelHuberSpreadAVX2(p *modelParams)

//go:noescape
func modelHuberSpreadAVX512(p *modelParams)

//go:noescape
func modelBisquareSpreadAVX2(p *modelParams)

//go:noescape
func modelBisquareSpreadAVX512(p *modelParams)
