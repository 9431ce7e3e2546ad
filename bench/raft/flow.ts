/**
 * So many requests on their way at any moment, and what became of them. Pure: whoever sends and
 * whoever knows the time is handed in. Counts what was answered within the measured time, whenever
 * it was asked.
 */

import { quantile } from '../../chaos/live/quantile.ts'

export interface FlowFigures {
  readonly done: number
  readonly failed: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
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
  readonly #latencies: number[] = []
  #failed = 0
  #open = 0
  #fromMs = 0
  #onOver: () => void = () => {}

  constructor(options: FlowOptions, nowMs: () => number, send: Send) {
    this.#options = options
    this.#nowMs = nowMs
    this.#send = send
  }

  start(onOver: (figures: FlowFigures) => void): void {
    this.#fromMs = this.#nowMs() + this.#options.warmMs
    this.#onOver = () => onOver(this.#figures())
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
        if (isOk) this.#latencies.push(nowMs - askedMs)
        else this.#failed++
      }
      if (nowMs < this.#toMs) this.#next(slot)
      else if (this.#open === 0) this.#onOver()
    })
  }

  #figures(): FlowFigures {
    const at = (share: number) =>
      this.#latencies.length === 0 ? 0 : quantile(this.#latencies, share)
    return {
      done: this.#latencies.length,
      failed: this.#failed,
      seconds: this.#options.measuredMs / 1000,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
    }
  }
}
