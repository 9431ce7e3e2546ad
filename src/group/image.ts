/** The image of a group's state as bytes, and back: a head, in pieces, then all rows. */

import { MALFORMED_BYTES } from '../base/bytes.ts'
import { WeirError } from '../base/errors.ts'
import { behindPieces, eachPiece, takePieces } from '../base/headed-source.ts'
import type { ByteSource, Piece } from '../base/source.ts'
import { LIVE_IMAGES_MAX } from '../engine/store/bounds.ts'
import { ImageReader, ImageWriter } from '../engine/store/image-bytes.ts'
import { StoreLoading } from '../engine/store/store.ts'
import { GroupState } from './state.ts'

/** An outbox at its bound, the entries that were on their way then, and what describes them. */
const HEAD_BYTES_MAX = 256 * 1024 * 1024

/** Of the state as it is now; one that breaks at once where as many are being read as may be. */
export function imageOf(state: GroupState): ByteSource {
  const { store } = state
  if (store.figures.images === LIVE_IMAGES_MAX) return TOO_MANY
  const image = store.cut()
  const writer = new ImageWriter(image)
  let isReleased = false
  const release = () => {
    if (!isReleased) image.release()
    isReleased = true
  }
  return behindPieces(state.head(), {
    next(done) {
      const bytes = isReleased ? undefined : writer.next()
      if (bytes === undefined) release()
      done(bytes === undefined ? { kind: 'end' } : { kind: 'bytes', bytes })
    },
    close: release,
  })
}

const TOO_MANY: ByteSource = {
  next: done => done({ kind: 'broken', why: `${LIVE_IMAGES_MAX} images are being read already` }),
  close: () => undefined,
}

/** undefined: the bytes broke off, or are of no image of a group. */
export function loadState(
  source: ByteSource,
  slot: number,
  done: (state: GroupState | undefined) => void,
): void {
  const end = (state: GroupState | undefined) => {
    source.close()
    done(state)
  }
  takePieces(
    source,
    parts => {
      if (parts === undefined) end(undefined)
      else new RowLoading(parts.head, slot, end).pull(parts.tail)
    },
    HEAD_BYTES_MAX,
  )
}

class RowLoading {
  readonly #head: Uint8Array
  readonly #slot: number
  readonly #done: (state: GroupState | undefined) => void
  readonly #reader = new ImageReader()
  readonly #loading = new StoreLoading()

  constructor(head: Uint8Array, slot: number, done: (state: GroupState | undefined) => void) {
    this.#head = head
    this.#slot = slot
    this.#done = done
  }

  pull(source: ByteSource): void {
    eachPiece(source, piece => {
      const more = sound(() => this.#take(piece))
      if (more !== 'more') this.#done(more)
      return more === 'more'
    })
  }

  #take(piece: Piece): GroupState | 'more' | undefined {
    if (piece.kind === 'broken') return undefined
    if (piece.kind === 'bytes') {
      this.#reader.add(piece.bytes)
      for (let rows = this.#reader.next(); rows !== undefined; rows = this.#reader.next()) {
        this.#loading.add(rows)
      }
      return 'more'
    }
    this.#reader.finish()
    return GroupState.of(this.#head, this.#loading.finish(), this.#slot)
  }
}

/** What is malformed is void; whatever else is thrown is a mistake of our own. */
function sound<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return undefined
    throw error
  }
}
