// The vector instructions that the bodies use, with numbers of registers as arguments. Go's
// assembler has only some of these instructions and takes names of registers, which a macro cannot
// convert to numbers. With the same notation for all instructions, a macro needs one argument per
// register. Operands are in Go's order, sources reversed and the destination last: FSUB_2D(m, n, d)
// is d = n - m. The comment after an instruction is its notation in the architecture's manual.
// TestNEONEncodings compares each with the word that another assembler produces.

#define VVV(op, m, n, d) WORD $((op) | (m)<<16 | (n)<<5 | (d))
#define VV(op, n, d) WORD $((op) | (n)<<5 | (d))

// Conversions. Those with a 2 in their name read or write the upper half of the narrow register.
#define SXTL_8H(n, d) VV(0x0f08a400, n, d)   // SSHLL Vd.8H, Vn.8B, #0
#define SXTL2_8H(n, d) VV(0x4f08a400, n, d)  // SSHLL2 Vd.8H, Vn.16B, #0
#define UXTL_8H(n, d) VV(0x2f08a400, n, d)   // USHLL Vd.8H, Vn.8B, #0
#define UXTL2_8H(n, d) VV(0x6f08a400, n, d)  // USHLL2 Vd.8H, Vn.16B, #0
#define SXTL_4S(n, d) VV(0x0f10a400, n, d)   // SSHLL Vd.4S, Vn.4H, #0
#define SXTL2_4S(n, d) VV(0x4f10a400, n, d)  // SSHLL2 Vd.4S, Vn.8H, #0
#define UXTL_4S(n, d) VV(0x2f10a400, n, d)   // USHLL Vd.4S, Vn.4H, #0
#define SXTL_2D(n, d) VV(0x0f20a400, n, d)   // SSHLL Vd.2D, Vn.2S, #0
#define SXTL2_2D(n, d) VV(0x4f20a400, n, d)  // SSHLL2 Vd.2D, Vn.4S, #0
#define UXTL_2D(n, d) VV(0x2f20a400, n, d)   // USHLL Vd.2D, Vn.2S, #0
#define UXTL2_2D(n, d) VV(0x6f20a400, n, d)  // USHLL2 Vd.2D, Vn.4S, #0
#define SCVTF_4S(n, d) VV(0x4e21d800, n, d)  // SCVTF Vd.4S, Vn.4S
#define SCVTF_2D(n, d) VV(0x4e61d800, n, d)  // SCVTF Vd.2D, Vn.2D
#define UCVTF_2D(n, d) VV(0x6e61d800, n, d)  // UCVTF Vd.2D, Vn.2D
#define UZP1_4S(m, n, d) VVV(0x4e801800, m, n, d) // UZP1 Vd.4S, Vn.4S, Vm.4S
#define FCVTL_2D(n, d) VV(0x0e617800, n, d)  // FCVTL Vd.2D, Vn.2S
#define FCVTL2_2D(n, d) VV(0x4e617800, n, d) // FCVTL2 Vd.2D, Vn.4S
#define FCVTN_2S(n, d) VV(0x0e616800, n, d)  // FCVTN Vd.2S, Vn.2D
#define FCVTN2_4S(n, d) VV(0x4e616800, n, d) // FCVTN2 Vd.4S, Vn.2D

// Arithmetic. FMLA is d += n*m and FMLS is d -= n*m, both with one rounding.
#define FADD_2D(m, n, d) VVV(0x4e60d400, m, n, d)  // FADD Vd.2D, Vn.2D, Vm.2D
#define FSUB_2D(m, n, d) VVV(0x4ee0d400, m, n, d)  // FSUB Vd.2D, Vn.2D, Vm.2D
#define FMUL_2D(m, n, d) VVV(0x6e60dc00, m, n, d)  // FMUL Vd.2D, Vn.2D, Vm.2D
#define FDIV_2D(m, n, d) VVV(0x6e60fc00, m, n, d)  // FDIV Vd.2D, Vn.2D, Vm.2D
#define FMLA_2D(m, n, d) VVV(0x4e60cc00, m, n, d)  // FMLA Vd.2D, Vn.2D, Vm.2D
#define FMLS_2D(m, n, d) VVV(0x4ee0cc00, m, n, d)  // FMLS Vd.2D, Vn.2D, Vm.2D
#define FNEG_2D(n, d) VV(0x6ee0f800, n, d)         // FNEG Vd.2D, Vn.2D
#define FADDP_D(n, d) VV(0x7e70d800, n, d)         // FADDP Dd, Vn.2D
#define ADD_2D(m, n, d) VVV(0x4ee08400, m, n, d)   // ADD Vd.2D, Vn.2D, Vm.2D
#define SUB_4S(m, n, d) VVV(0x6ea08400, m, n, d)   // SUB Vd.4S, Vn.4S, Vm.4S
#define SMLAL_4S(m, n, d) VVV(0x0e608000, m, n, d) // SMLAL Vd.4S, Vn.4H, Vm.4H
#define SMLAL2_4S(m, n, d) VVV(0x4e608000, m, n, d) // SMLAL2 Vd.4S, Vn.8H, Vm.8H
#define SHL_2D(by, n, d) VV(0x4f405400 | (by)<<16, n, d) // SHL Vd.2D, Vn.2D, #by
#define USHR_2D(by, n, d) VV(0x6f000400 | (128-(by))<<16, n, d) // USHR Vd.2D, Vn.2D, #by

// Comparisons. A lane becomes all ones if the comparison is true. It is false if a number is NaN.
#define FCMEQ_4S(m, n, d) VVV(0x4e20e400, m, n, d) // FCMEQ Vd.4S, Vn.4S, Vm.4S
#define FCMGE_4S(m, n, d) VVV(0x6e20e400, m, n, d) // FCMGE Vd.4S, Vn.4S, Vm.4S
#define FCMEQ_2D(m, n, d) VVV(0x4e60e400, m, n, d) // FCMEQ Vd.2D, Vn.2D, Vm.2D
#define FCMGE_2D(m, n, d) VVV(0x6e60e400, m, n, d) // FCMGE Vd.2D, Vn.2D, Vm.2D
#define FCMGT_2D(m, n, d) VVV(0x6ee0e400, m, n, d) // FCMGT Vd.2D, Vn.2D, Vm.2D
#define FCMEQ0_2D(n, d) VV(0x4ee0d800, n, d)       // FCMEQ Vd.2D, Vn.2D, #0.0
#define CMEQ_8H(m, n, d) VVV(0x6e608c00, m, n, d)  // CMEQ Vd.8H, Vn.8H, Vm.8H
#define CMEQ0_16B(n, d) VV(0x4e209800, n, d)       // CMEQ Vd.16B, Vn.16B, #0
#define CMEQ0_8B(n, d) VV(0x0e209800, n, d)        // CMEQ Vd.8B, Vn.8B, #0
#define CMTST_8B(m, n, d) VVV(0x0e208c00, m, n, d) // CMTST Vd.8B, Vn.8B, Vm.8B

// Bits. BIC is n and not m, ORN is n or not m, and BIT copies the bits of n for which m has a 1.
#define AND_16B(m, n, d) VVV(0x4e201c00, m, n, d) // AND Vd.16B, Vn.16B, Vm.16B
#define BIC_16B(m, n, d) VVV(0x4e601c00, m, n, d) // BIC Vd.16B, Vn.16B, Vm.16B
#define ORR_16B(m, n, d) VVV(0x4ea01c00, m, n, d) // ORR Vd.16B, Vn.16B, Vm.16B
#define ORN_16B(m, n, d) VVV(0x4ee01c00, m, n, d) // ORN Vd.16B, Vn.16B, Vm.16B
#define EOR_16B(m, n, d) VVV(0x6e201c00, m, n, d) // EOR Vd.16B, Vn.16B, Vm.16B
#define BIT_16B(m, n, d) VVV(0x6ea01c00, m, n, d) // BIT Vd.16B, Vn.16B, Vm.16B
