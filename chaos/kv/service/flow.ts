/**
 * So many requests on their way at any moment, and what became of them. Pure: whoever sends and
 * whoever knows the time is handed in. Counts what was answered within the measured time, whenever
 * it was asked.
 */

export interface Flown {
  readonly latenciesMs: readonly number[]
  readonly failed: number
}

export interface FlowOptions {
  readonly outstanding: number
  readonly warmMs: number
  readonly measuredMs: number
}

/** `slot`: which of the outstanding requests; its next one is sent when it is answered. */
export type Send = (slot: number, done: (isOk: boolean) => void) => void

export class Flow {
  readonly #options: FlowOptions
  readonly #nowMs: () => number
  readonly #send: Send
  readonly #latenciesMs: number[] = []
  #failed = 0
  #open = 0
  #fromMs = 0
  #onOver: () => void = () => {}

  constructor(options: FlowOptions, nowMs: () => number, send: Send) {
    this.#options = options
    this.#nowMs = nowMs
    this.#send = send
  }

  start(onOver: (flown: Flown) => void): void {
    this.#fromMs = this.#nowMs() + this.#options.warmMs
    this.#onOver = () => onOver({ latenciesMs: this.#latenciesMs, failed: this.#failed })
    for (let slot = 0; slot < this.#options.outstanding; slot++) this.#next(slot)
  }

  get #toMs(): number {
    return this.#fromMs + this.#options.measuredMs
  }

  #next(slot: number): void {
    const askedMs = this.#nowMs()
    this.#open++
    this.#send(slot, isOk => {
      const nowMs = this.#nowMs()
      this.#open--
      if (nowMs >= this.#fromMs && nowMs <= this.#toMs) {
        if (isOk) this.#latenciesMs.push(nowMs - askedMs)
        else this.#failed++
      }
      if (nowMs < this.#toMs) this.#next(slot)
      else if (this.#open === 0) this.#onOver()
    })
  }
}
