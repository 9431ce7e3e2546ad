/**
 * The BlobStore door: whole objects by key, made after S3. What makes it fit for decisions is the
 * conditional `put`: of many who create one key, exactly one is told that it did. What else a body
 * owes is asked by the suite in `chaos/sim/contract`.
 */

/**
 * `exists`: the condition did not hold, nothing was changed. `unavailable`: nobody answers; whether
 * something was done is not known, so whoever created reads back. The others: nothing was done.
 */
export type BlobErrorCode =
  | 'no-such-key'
  | 'exists'
  | 'bad-key'
  | 'not-authorized'
  | 'full'
  | 'unavailable'

export interface BlobError {
  readonly code: BlobErrorCode
  /** One sentence for people: what happened, to what, and what to do. */
  readonly message: string
}

/** What a store answers; `value` is there when there is no `error`. */
export type BlobAnswer<T> =
  | { readonly error: BlobError }
  | { readonly error?: never; readonly value: T }
export type BlobDone<T> = (answer: BlobAnswer<T>) => void

/** `absent`: only where no object of this key is. */
export type PutCondition = 'absent' | 'any'

export interface BlobPart {
  readonly offset: number
  /** Fewer bytes come only where the object ends. */
  readonly sizeBytes: number
}

export interface BlobList {
  /** Ascending, by bytes. */
  readonly blobs: readonly { readonly key: string; readonly sizeBytes: number }[]
  /** There are more behind the last one. */
  readonly isMore: boolean
}

export interface BlobListRequest {
  readonly prefix: string
  /** Only keys behind this one; empty for all. */
  readonly after: string
  readonly limit: number
}

/**
 * Keys are words of letters, digits, `.`, `_`, `-` and `=`, joined by `/`; no key continues
 * another one with a `/`, for where objects are files one cannot be the folder of the other.
 */
export interface BlobStore {
  /** Answered when it is durable; readers see a whole object, from then on the new one. */
  put(key: string, bytes: Uint8Array, condition: PutCondition, done: BlobDone<void>): void
  get(key: string, done: BlobDone<Uint8Array>): void
  getPart(key: string, part: BlobPart, done: BlobDone<Uint8Array>): void
  list(request: BlobListRequest, done: BlobDone<BlobList>): void
  /** Harmless where there is none. */
  remove(key: string, done: BlobDone<void>): void
}
