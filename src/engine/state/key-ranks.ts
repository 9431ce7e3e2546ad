/**
 * The keys of a table in order, by their numbers, kept from batch to batch: those that came since
 * are sorted by themselves and put among the others. So what a batch changed is put in order by a
 * walk over flags, and no two keys are compared again.
 */

/** Up to this part of all keys, ids are sorted; more of them are found by a walk over all. */
const FEW = 16

export interface OrderedKeys {
  /** They are numbered from 0 on. */
  readonly size: number
  compare(one: number, other: number): number
}

export class KeyRanks {
  readonly #keys: OrderedKeys
  /** Numbers in order, and the place of each there. */
  #ranked = new Int32Array(0)
  #ranks = new Int32Array(0)
  #flags = new Uint8Array(0)

  constructor(keys: OrderedKeys) {
    this.#keys = keys
  }

  /** To put so many in order costs about as much as to look at each. */
  areCheapFor(count: number): boolean {
    return FEW * count >= this.#keys.size
  }

  /** None comes twice. */
  sorted(ids: readonly number[]): readonly number[] {
    if (this.areCheapFor(ids.length)) return this.#flagged(ids)
    if (this.#ranked.length !== this.#keys.size) {
      return [...ids].sort((one, other) => this.#keys.compare(one, other))
    }
    const ranks = Int32Array.from(ids, id => this.#ranks[id] as number).sort()
    return Array.from(ranks, rank => this.#ranked[rank] as number)
  }

  /** All keys are forgotten, and numbers begin anew. */
  clear(): void {
    this.#ranked = new Int32Array(0)
  }

  #flagged(ids: readonly number[]): readonly number[] {
    if (this.#ranked.length !== this.#keys.size) this.#mend()
    const [flags, ranks, ranked] = [this.#flags, this.#ranks, this.#ranked]
    for (let i = 0; i < ids.length; i++) flags[ranks[ids[i] as number] as number] = 1
    const sorted: number[] = []
    for (let rank = 0; sorted.length < ids.length; rank++) {
      if (flags[rank] === 0) continue
      flags[rank] = 0
      sorted.push(ranked[rank] as number)
    }
    return sorted
  }

  /** Keys that came since go to their places. */
  #mend(): void {
    const before = this.#ranked
    const { size } = this.#keys
    const known = before.length
    const came = Array.from({ length: size - known }, (_, i) => known + i)
    came.sort((one, other) => this.#keys.compare(one, other))
    const ranked = new Int32Array(size)
    let from = 0
    came.forEach((id, i) => {
      const place = this.#placeOf(id, from)
      ranked.set(before.subarray(from, place), from + i)
      ranked[place + i] = id
      from = place
    })
    ranked.set(before.subarray(from), from + came.length)
    this.#ranked = ranked
    if (this.#ranks.length < size) {
      this.#ranks = new Int32Array(2 * size)
      this.#flags = new Uint8Array(2 * size)
    }
    for (let rank = 0; rank < size; rank++) this.#ranks[ranked[rank] as number] = rank
  }

  /** How many of those in order, of which `from` are, stand before a key. */
  #placeOf(id: number, from: number): number {
    let low = from
    let high = this.#ranked.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys.compare(this.#ranked[middle] as number, id) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
