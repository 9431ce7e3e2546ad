/**
 * Every bound of the store, and the size that all of them follow from: a page. Larger pages cost
 * more to copy while an image lives, smaller ones waste more of their bytes; 4 KiB was measured.
 */

export const PAGE_BYTES = 4096
/** Memory is asked for in chunks of this size and never given back. */
export const CHUNK_BYTES = 64 * 2 ** 20
/** A slot has ten bits for the size of a key. */
export const KEY_BYTES_MAX = 1023
/** What does not fit beside its key lies in pages of its own, as many as it takes. */
export const VALUE_BYTES_MAX = 16 * 2 ** 20
/** One is being written to a file while the next is cut; more would keep too many old pages. */
export const LIVE_IMAGES_MAX = 2
/** What a batch may come to: its parts are found by 32 bits. */
export const DELTA_BYTES_MAX = 2 ** 30
/** A writer of deltas keeps so much memory for the next; what one large value took goes again. */
export const WRITER_BYTES_KEPT = 4 * 2 ** 20
/**
 * Pages in use hold at most so many times the bytes of the live rows, each with `ROW_COST_BYTES`
 * for its slot and its rounding, beyond `IDLE_PAGES` of them: two neighbours are together at least
 * 0.45 of a page, since whatever shrinks a page joins it with a neighbour where both fill less
 * than three quarters of one, and a split leaves halves. Keys of more than a few dozen bytes cost
 * inner pages besides.
 */
export const SPARSE_FACTOR = 5
export const ROW_COST_BYTES = 14
export const IDLE_PAGES = 8
/** Of a chunk of an image in bytes; a row that is larger is a chunk of its own. */
export const IMAGE_CHUNK_BYTES = 2 ** 20

/** Of a store that shares its pool with no other: most are small, and some are many. */
export const OWN_CHUNK_BYTES = 2 ** 20
