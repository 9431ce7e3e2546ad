/** A replica that runs on a node: what checkers see of it, and what clients ask of it. */

import { invariant } from '../../../src/base/errors.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Counters } from '../../../src/raft/counters.ts'
import type { Group } from '../../../src/raft/host/group.ts'
import type { DurableView, ReplicaView } from '../checkers/checker.ts'
import type { CoreView } from '../checkers/core.ts'
import type { HostPort, HostStatus, Outcome } from '../clients/port.ts'
import type { Life } from '../host/life.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import type { FleetMachine } from './machine.ts'

export interface SeatParts {
  readonly id: ReplicaId
  readonly boot: number
  readonly startedMs: number
  readonly life: Life
  readonly machine: FleetMachine
  readonly durable: DurableView
}

export class Seat implements ReplicaView, HostPort {
  readonly id: ReplicaId
  readonly boot: number
  readonly startedMs: number
  readonly life: Life
  readonly durable: DurableView
  readonly #machine: FleetMachine
  #raft: CoreView | undefined
  #group: Group | undefined

  constructor(parts: SeatParts) {
    this.id = parts.id
    this.boot = parts.boot
    this.startedMs = parts.startedMs
    this.life = parts.life
    this.durable = parts.durable
    this.#machine = parts.machine
  }

  begin(raft: CoreView): void {
    this.#raft = raft
  }

  take(group: Group): void {
    this.#group = group
  }

  get counters(): Counters {
    return this.group.raft.counters
  }

  get group(): Group {
    invariant(this.#group !== undefined, 'FLEET a seat is taken before it is looked at')
    return this.#group
  }

  get raft(): CoreView {
    invariant(this.#raft !== undefined, 'FLEET a seat has a core before it is looked at')
    return this.#raft
  }

  get machine(): Machine {
    return this.#machine.state
  }

  status(): HostStatus {
    return this.raft.status()
  }

  propose(expectedTerm: number, data: Uint8Array, onOutcome: (outcome: Outcome) => void): void {
    this.life.admit(() => {
      this.group.propose(expectedTerm, data, outcome => {
        if (outcome.kind === 'applied') {
          onOutcome({ kind: 'ok', result: outcome.result as ApplyResult })
        } else {
          onOutcome({ kind: outcome.kind === 'refused' ? 'failed' : 'unknown' })
        }
      })
    })
  }

  read(onReady: (machine: Machine) => void, onLost: () => void): void {
    this.life.admit(() => {
      this.group.read(({ kind }) => {
        if (kind === 'ready') onReady(this.machine)
        else onLost()
      })
    })
  }
}
