/**
 * The wires of a cluster: that of Raft, and beside it that of streams between groups, between the
 * same machines: whatever befalls one befalls the other.
 */

import type { Clock, Connection, ConnectionListener, Transport } from '../../../src/base/env.ts'
import { Trunks } from '../../../src/group/trunks/trunks.ts'
import type { Member } from '../fleet/member.ts'
import type { Life } from '../host/life.ts'
import { SimWire, type WireParts, type WireProfile } from '../world/transport.ts'

type Own = 'index' | 'address'

interface Pair<T> {
  readonly wire: T
  readonly streams: T
}

interface Chances extends Pair<WireParts['prng']> {
  readonly queue: WireParts['queue']
}

export class Wires extends SimWire {
  readonly streams: SimWire
  /** By node: the door of its process to the streams. */
  readonly #doors = new Map<number, Transport<string>>()

  constructor(profiles: Pair<WireProfile>, { queue, ...prngs }: Chances) {
    super(profiles.wire, { queue, prng: prngs.wire })
    this.streams = new SimWire(profiles.streams, { queue, prng: prngs.streams })
  }

  /** Of the process that runs there now. */
  streamsOf({ index, address }: Pick<Member, Own>, life: Life, clock: Clock): Transport<string> {
    const door = this.#doors.get(index)
    if (door === undefined) throw new Error('a process has its door')
    return new Trunks({ clock, carrier: admitted(door, life), self: address })
  }

  override door(node: number, address: string): Transport<string> {
    this.#doors.set(node, this.streams.door(node, address))
    return super.door(node, address)
  }

  override kill(node: number): void {
    super.kill(node)
    this.streams.kill(node)
  }

  override powerOff(node: number, isNeverTold = false): void {
    super.powerOff(node, isNeverTold)
    this.streams.powerOff(node)
  }

  override freeze(node: number): void {
    super.freeze(node)
    this.streams.freeze(node)
  }

  override thaw(node: number): void {
    super.thaw(node)
    this.streams.thaw(node)
  }

  override cut(from: number, to: number, by: 1 | -1): void {
    super.cut(from, to, by)
    this.streams.cut(from, to, by)
  }

  override clog(from: number, to: number, untilUs: number): void {
    super.clog(from, to, untilUs)
    this.streams.clog(from, to, untilUs)
  }

  override addDelay(node: number, delayUs: number): void {
    super.addDelay(node, delayUs)
    this.streams.addDelay(node, delayUs)
  }

  override reset(a: number, b: number): void {
    super.reset(a, b)
    this.streams.reset(a, b)
  }

  override heal(): void {
    super.heal()
    this.streams.heal()
  }
}

/** What comes for a process waits while its one thread is busy, and never reaches the dead. */
function admitted(transport: Transport<string>, life: Life): Transport<string> {
  const listener = (one: ConnectionListener): ConnectionListener => ({
    onOpen: () => life.admit(() => one.onOpen()),
    onFrame: frame => life.admit(() => one.onFrame(frame)),
    onClosed: (why, code) => life.admit(() => one.onClosed(why, code)),
  })
  return {
    connect: (to, one): Connection => transport.connect(to, listener(one)),
    accept: onConnection => transport.accept(connection => listener(onConnection(connection))),
  }
}
