/** What was sent to a follower and not yet acknowledged: a window in entries and in bytes. */

interface Sent {
  readonly lastIndex: number
  readonly entries: number
  readonly bytes: number
}

export class Inflight {
  readonly #entriesMax: number
  readonly #bytesMax: number
  #sent: Sent[] = []
  #entries = 0
  #bytes = 0

  constructor(entriesMax: number, bytesMax: number) {
    this.#entriesMax = entriesMax
    this.#bytesMax = bytesMax
  }

  get entries(): number {
    return this.#entries
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0
  }

  get isFull(): boolean {
    return this.#entries >= this.#entriesMax || this.#bytes >= this.#bytesMax
  }

  /** How many more entries the window takes. */
  get room(): number {
    return Math.max(0, this.#entriesMax - this.#entries)
  }

  /** How many more bytes the window takes. */
  get roomBytes(): number {
    return Math.max(0, this.#bytesMax - this.#bytes)
  }

  add(lastIndex: number, entries: number, bytes: number): void {
    this.#sent.push({ lastIndex, entries, bytes })
    this.#entries += entries
    this.#bytes += bytes
  }

  /** Everything up to `index` was acknowledged. */
  free(index: number): void {
    let freed = 0
    for (const sent of this.#sent) {
      if (sent.lastIndex > index) break
      this.#entries -= sent.entries
      this.#bytes -= sent.bytes
      freed++
    }
    if (freed > 0) this.#sent = this.#sent.slice(freed)
  }

  clear(): void {
    this.#sent = []
    this.#entries = 0
    this.#bytes = 0
  }
}
