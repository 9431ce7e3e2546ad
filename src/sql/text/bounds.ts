/**
 * Every bound on what may be written as an expression, by name. They keep a hostile text from
 * taking the stack or the memory; an honest one does not come near them.
 */

/** Of one expression, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 65_536

/** Brackets, CASEs and prefixes inside each other while parsing: each takes some stack. */
export const NESTING_MAX = 100

/** Nodes on the longest way from the root to a leaf; `a OR b OR c ..` is as high as it is long. */
export const HEIGHT_MAX = 256

/** Items of an IN list, of an ARRAY, arguments of a call, branches of a CASE. */
export const ITEMS_MAX = 1000

/** Digits of a number, before and after the point together. */
export const DIGITS_MAX = 400
