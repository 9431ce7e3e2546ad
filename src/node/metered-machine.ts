/** A machine whose applies and images are measured. */

import type { Clock } from '../base/env.ts'
import type { ByteSource } from '../base/source.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Entry, Image } from '../raft/types.ts'
import type { Meter } from './meter.ts'

export class MeteredMachine implements GroupMachine {
  readonly #machine: GroupMachine
  readonly #clock: Clock
  readonly #meter: Pick<Meter, 'onApply' | 'onImage'>

  constructor(machine: GroupMachine, clock: Clock, meter: Pick<Meter, 'onApply' | 'onImage'>) {
    this.#machine = machine
    this.#clock = clock
    this.#meter = meter
  }

  get appliedIndex(): number {
    return this.#machine.appliedIndex
  }

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    const begunMs = this.#clock.monotonicMs()
    this.#machine.apply(entries, results => {
      this.#meter.onApply(this.#clock.monotonicMs() - begunMs)
      done(results)
    })
  }

  beforeCut(done: () => void): void {
    if (this.#machine.beforeCut === undefined) done()
    else this.#machine.beforeCut(done)
  }

  /** From the cut to the end of its bytes, which are asked for as quickly as they are written. */
  cut(): ByteSource {
    const begunMs = this.#clock.monotonicMs()
    const source = this.#machine.cut()
    return {
      close: () => source.close(),
      next: done =>
        source.next(piece => {
          if (piece.kind === 'end') this.#meter.onImage(this.#clock.monotonicMs() - begunMs)
          done(piece)
        }),
    }
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    this.#machine.restore(image, source, done)
  }

  close(done: () => void): void {
    this.#machine.close(done)
  }
}
