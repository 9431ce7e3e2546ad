/** Where epochs cut a group: what it takes, what it reads, and what it has for other stages. */

import type { Command } from '../../../src/group/command.ts'
import type { Outbox } from '../../../src/journal/outbox.ts'
import { isForStage } from './names.ts'

type Offsets = ReadonlyMap<number, number>

interface Cut {
  /** Of its channels. */
  readonly taken: Offsets
  /** So many outputs of each exchange stand before it. */
  readonly sent: ReadonlyMap<string, number>
}

export class Cuts {
  /** By epoch. */
  readonly #cuts = new Map<number, Cut>()
  /** By epoch, of the sources that the group reads: by the first channel of their reader. */
  readonly #places = new Map<number, Map<number, number>>()

  /** Of the group's log, and it did something. */
  onCommand(command: Command, outbox: Outbox): void {
    if (command.kind === 'barrier') {
      const { epoch, offsets } = command.barrier
      const taken = new Map(offsets.map(({ channel, offset }) => [channel, offset]))
      const names = outbox.sinks.filter(isForStage)
      const sent = new Map(names.map(name => [name, outbox.lastOf(name)]))
      this.#cuts.set(epoch, { taken, sent })
    }
    if (command.kind === 'barrier-at') {
      const { epoch, channel, offset } = command.place
      const places = this.#places.get(epoch) ?? new Map<number, number>()
      this.#places.set(epoch, places.set(channel, places.get(channel) ?? offset))
    }
  }

  at(epoch: number): Cut | undefined {
    return this.#cuts.get(epoch)
  }

  /** The place that was committed first. */
  placeOf(epoch: number, reader: number): number | undefined {
    return this.#places.get(epoch)?.get(reader)
  }

  get count(): number {
    return this.#cuts.size
  }
}
