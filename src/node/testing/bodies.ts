/** Test support: groups of jobs that compute nothing; a leader puts a few entries into the log. */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { WeirError } from '../../base/errors.ts'
import type { ByteSource } from '../../base/source.ts'
import type { MetaGroup, MetaState } from '../../meta/state.ts'
import type { GroupMachine } from '../../raft/host/machine.ts'
import type { Entry, Image } from '../../raft/types.ts'
import type { JobBodies, JobBody, JobFile, JobReplica, JobWorld, Prepared } from '../jobs/body.ts'

/** So many entries each leader wants to see. */
export const ENTRIES = 5

class Counter implements GroupMachine {
  appliedIndex = 0
  count = 0

  apply(entries: readonly Entry[], done: (results: readonly unknown[]) => void): void {
    for (const { index, kind } of entries) {
      this.appliedIndex = index
      if (kind === 'data') this.count++
    }
    done(entries.map(() => this.count))
  }

  cut(): ByteSource {
    const bytes = new ByteWriter().varint(this.count).finish()
    let isGiven = false
    return {
      next: done => {
        done(isGiven ? { kind: 'end' } : { kind: 'bytes', bytes })
        isGiven = true
      },
      close() {},
    }
  }

  restore({ index }: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    source.next(piece => {
      source.close()
      if (piece.kind === 'bytes') this.count = new ByteReader(piece.bytes).varint()
      this.appliedIndex = piece.kind === 'bytes' ? index : 0
      done(piece.kind === 'bytes')
    })
  }

  close(done: () => void): void {
    done()
  }
}

export class TestBody implements JobBody {
  readonly machine = new Counter()
  readonly group: MetaGroup
  isClosed = false
  #replica: JobReplica | undefined
  #isProposing = false

  constructor(group: MetaGroup) {
    this.group = group
  }

  take(replica: JobReplica): void {
    this.#replica = replica
  }

  onChanged(): void {
    const term = this.#replica?.leads() ?? 0
    if (term === 0 || this.#isProposing || this.machine.count >= ENTRIES) return
    this.#isProposing = true
    this.#replica?.propose(term, Uint8Array.of(1), () => {
      this.#isProposing = false
    })
  }

  close(): void {
    this.isClosed = true
  }

  facts() {
    const leads = (this.#replica?.leads() ?? 0) > 0
    return { leads, generation: 0, isDrained: false }
  }
}

export class TestBodies implements JobBodies {
  readonly world: JobWorld
  readonly made: TestBody[] = []
  state: MetaState | undefined
  isClosed = false
  /** Instead of a body. */
  trouble: WeirError | undefined

  constructor(world: JobWorld) {
    this.world = world
  }

  make({ group }: { readonly group: MetaGroup }): TestBody {
    if (this.trouble !== undefined) throw this.trouble
    const body = new TestBody(group)
    this.made.push(body)
    return body
  }

  onMeta(state: MetaState): void {
    this.state = state
  }

  onLeader(): void {}

  troubleOf(): undefined {}

  prepare(_: JobFile, __: number, done: (prepared: Prepared) => void): void {
    const message = 'this node runs no jobs'
    setImmediate(done, { refused: { code: 'no-jobs', message } })
  }

  close(): void {
    this.isClosed = true
  }
}
