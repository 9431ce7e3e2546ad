/**
 * The digest of a state, by which replicas are proved equal: a hash over the very bytes of its
 * image, which are equal where states are. The bytes are hashed piece by piece while the group goes
 * on.
 */

import type { ByteSource } from '../../base/source.ts'

/** A door: hashing is not ours to write. */
export interface Hasher {
  update(bytes: Uint8Array): void
  /** Once, at the end. */
  hex(): string
}

/** undefined: the source broke off. */
function digestOf(
  source: ByteSource,
  hasher: Hasher,
  done: (digest: string | undefined) => void,
): void {
  const end = (digest: string | undefined) => {
    source.close()
    done(digest)
  }
  const step = () => {
    source.next(piece => {
      if (piece.kind === 'broken') end(undefined)
      else if (piece.kind === 'end') end(hasher.hex())
      else {
        hasher.update(piece.bytes)
        step()
      }
    })
  }
  step()
}

/** Digests that are kept; whoever asks for an older one asks for a new one. */
const DIGESTS_MAX = 4
/** Cuts that are being hashed at a time: each keeps old rows alive. */
const HASHING_MAX = 2

/** What a replica was behind one entry. */
export interface Fingerprint {
  readonly index: number
  /** Of all entries so far; undefined: not yet known. */
  readonly chain: number | undefined
  /** Of the state; undefined: not yet known. */
  readonly digest: string | undefined
}

/** The last fingerprints of one replica. */
export class Digests {
  readonly #makeHasher: () => Hasher
  readonly #known = new Map<number, Fingerprint>()
  #hashing = 0

  constructor(makeHasher: () => Hasher) {
    this.#makeHasher = makeHasher
  }

  /** Not made while too many others are: a digest that nobody finds is asked for again. */
  maybeTake(index: number, cut: () => ByteSource): void {
    if (this.#hashing >= HASHING_MAX) return
    this.#hashing++
    digestOf(cut(), this.#makeHasher(), digest => {
      this.#hashing--
      if (digest !== undefined) this.#keep({ ...this.#at(index), digest })
    })
  }

  onChain(index: number, chain: number): void {
    this.#keep({ ...this.#at(index), chain })
  }

  /** undefined: nothing is known of the entry yet, or not any more. */
  at(index: number): Fingerprint | undefined {
    return this.#known.get(index)
  }

  #at(index: number): Fingerprint {
    return this.#known.get(index) ?? { index, chain: undefined, digest: undefined }
  }

  #keep(print: Fingerprint): void {
    this.#known.set(print.index, print)
    for (const old of [...this.#known.keys()].slice(0, -DIGESTS_MAX)) this.#known.delete(old)
  }
}
