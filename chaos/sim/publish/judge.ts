/**
 * The checkers of what leaves a group, by name. Publishers are looked at as they ask their logs for
 * something; the logs are looked at again and again, and once more in the end.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { JournalRecord, PublishedRecord } from '../../../src/journal/record.ts'
import type { Claim, OutEntry, Progress } from '../../../src/journal/types.ts'
import { Demand } from '../run/demand.ts'
import { Decided } from './decided.ts'
import { Lane, type LaneName } from './lane.ts'
import { nameOf } from './names.ts'
import { OUTPUT_PARTITIONS, SINKS, type SinkName } from './output.ts'
import { type GroupTruth, type Journaled, type Logs, Truth, type Visible } from './truth.ts'

/** Whoever writes for a group, by its claim: a number says nothing without it. */
export interface Whose {
  readonly group: GroupId
  readonly generation: number
}

export interface Runner extends Whose {
  readonly cluster: string
}

interface Ended {
  readonly generation: number
  readonly lastSeq: number
}

export interface Stopped {
  readonly cluster: string
  readonly group: GroupId
  readonly claim: Claim
  readonly code: string
  /** It will not try again. */
  readonly isForGood: boolean
  /** For longer than people need not hear of, nothing that it asked to commit was said to be. */
  readonly isSilent: boolean
}

/** Codes by which a publisher says that the journal is another's. */
const DISPLACED: ReadonlySet<string> = new Set([
  'generation-superseded',
  'journal-ahead',
  'journal-differs',
])

/**
 * Codes of what passes by itself: answers are lost in this world, come late, or from a leader that
 * was replaced and knows less than there is.
 */
const PASSING: ReadonlySet<string> = new Set(['unavailable', 'busy', 'fenced', 'journal-behind'])

export class Judge {
  readonly truth: Truth
  readonly #decided: Decided
  /** Clusters of which there are two under one claim. */
  readonly twins = new Set<string>()
  /** Clusters that do not take again what was taken as it was. */
  readonly fickle = new Set<string>()
  readonly #once = new Demand('PUBLISH-1 every committed output is visible once and in order')
  readonly leaves = new Demand('PUBLISH-2 nothing leaves that is not committed')
  readonly releases = new Demand('PUBLISH-3 nothing leaves before its schedule is durable')
  readonly #owners = new Demand('PUBLISH-4 no two owners are visible')
  readonly #journals = new Demand('PUBLISH-5 a journal has no gap and no repetition')
  readonly takes = new Demand('PUBLISH-6 only who was just told that it leads takes the id')
  readonly #progress = new Demand('PUBLISH-7 Progress is never ahead of the logs')
  readonly #bounds = new Demand('PUBLISH-8 what waits to leave is bounded')
  readonly #stops = new Demand('PUBLISH-9 nobody stops without a reason')
  readonly #agrees = new Demand('PUBLISH-10 replicas make the same outputs of an entry')
  readonly #ends = new Demand('PUBLISH-15 nothing counts behind the end of a generation')
  readonly #identities = new Demand('PUBLISH-14 an output bears its identity, whoever shows it')
  readonly looks = new Demand('PUBLISH-16 who sends has looked at its topics since it leads')
  readonly together = new Demand('PUBLISH-17 what an entry has for sinks of one log goes together')
  readonly #deletes = new Demand('PUBLISH-13 nothing of a deleted job comes after its deletion')
  /** By cluster and group: the generation that ended last, and its last seq. */
  readonly #ended = new Map<string, Ended>()
  /** Generations up to this are being deleted, and were. */
  #deleting = 0
  #deleted = 0
  /** By sink and partition, of each group of each job. */
  readonly #last = new Map<string, Pick<Visible, 'number' | 'claimed'>>()
  /** Outputs that readers may see. */
  shown = 0
  /** Visible, and their journal does not show it yet. */
  #early: Visible[] = []

  constructor(logs: Logs, groups: readonly GroupId[]) {
    this.truth = new Truth(logs, groups)
    this.#decided = new Decided(logs, this.truth)
  }

  get demands(): readonly Demand[] {
    const { leaves, releases, takes } = this
    const here = [this.#once, leaves, releases, this.#owners, this.#journals, takes]
    const besides = [this.#progress, this.#bounds, this.#stops, this.#agrees]
    const more = [this.#deletes, this.#identities, this.#ends, this.looks, this.together]
    return [...here, ...besides, ...more]
  }

  lane(name: LaneName): Lane {
    return new Lane(this, name)
  }

  // What clusters do.

  onEntry(cluster: string, group: GroupId, entry: OutEntry): void {
    const known = this.truth.committed(cluster, group)
    const before = known.entries.get(entry.seq)
    const isSame = before === undefined || isSameEntry(before, entry)
    this.#agrees.demand(isSame, () => `${cluster} ${nameOf(group)} seq ${entry.seq}`)
    if (before === undefined) known.add(entry)
    this.#mustCount(`${cluster} ${nameOf(group)}`, entry)
  }

  /** All of it is out: this is its last entry. */
  onEnded({ cluster, group, generation }: Runner, lastSeq: number): void {
    this.#ended.set(`${cluster} ${nameOf(group)}`, { generation, lastSeq })
  }

  #mustCount(name: string, { seq, generation }: OutEntry): void {
    const end = this.#ended.get(name)
    if (end === undefined) return
    const counts = generation > end.generation || seq <= end.lastSeq
    this.#ends.demand(counts, () => `${name} takes ${seq} behind ${end.lastSeq}`)
  }

  onReleased({ cluster, group, generation, seq }: Runner & { readonly seq: number }): void {
    const what = () => `${cluster} ${nameOf(group)} releases ${seq}`
    this.releases.demand(this.isJournaled({ group, generation }, seq), what)
  }

  /** What a group's own state says, or that all of it is out behind whose end another begins. */
  onProgress(of: Whose, { journaled, published }: Progress): void {
    const what = (name: string, upTo: number) => () => `${nameOf(of.group)}: ${upTo} of ${name}`
    this.#progress.demand(this.isJournaled(of, journaled), what('the journal', journaled))
    for (const { sink, upTo } of published) {
      const isOut = this.isPublished(of, sink as SinkName, upTo)
      this.#progress.demand(isOut, what(sink, upTo))
    }
  }

  /** From now on publishers of this generation may say that it is gone. */
  onDeleting(generation: number): void {
    this.#deleting = generation
  }

  isLeaving(generation: number): boolean {
    return generation <= this.#deleting
  }

  /** Whoever deleted it was told so. */
  onDeleted(generation: number): void {
    this.look()
    this.#deleted = generation
  }

  /** On purpose: the numbers up to these are no outputs. All before is visible. */
  onLeftOut(group: GroupId, upTo: Progress): void {
    this.look()
    const truth = this.truth.of(group)
    truth.history.leaveOut(upTo)
    truth.journaled = upTo.journaled
    for (const { sink, upTo: number } of upTo.published) {
      const name = sink as SinkName
      truth.upTo[name] = number
      for (let partition = 0; partition < OUTPUT_PARTITIONS; partition++) {
        const last = number - ((number - partition) % OUTPUT_PARTITIONS)
        const at = placeOf({ group: nameOf(group), sink, partition }, truth)
        const claimed = this.#last.get(at)?.claimed ?? 0
        if (last >= firstOf(partition)) this.#last.set(at, { number: last, claimed })
      }
    }
  }

  onHeld(cluster: string, group: GroupId, bytes: number, bytesMax: number): void {
    const what = () => `${cluster} ${nameOf(group)} holds ${bytes} of ${bytesMax} bytes`
    this.#bounds.demand(bytes <= bytesMax, what)
  }

  /** A trouble that nothing in this world explains is the publisher's own. */
  onStopped({ cluster, group, claim, code, isForGood, isSilent }: Stopped): void {
    this.look()
    if (!isForGood && isSilent && PASSING.has(code)) return
    const isDisplaced = this.#highest(group) > claim.generation
    const isSplit = this.twins.has(cluster) && code !== 'generation-superseded'
    const isGone = code === 'job-deleted' && this.isLeaving(claim.generation)
    const isOther = this.fickle.has(cluster) && code === 'replay-differs'
    const isFound = DISPLACED.has(code) && (isDisplaced || isSplit)
    const isExplained = isForGood && (isGone || isFound || isOther)
    this.#stops.demand(isExplained, () => `${cluster} ${nameOf(group)}: ${code}`)
  }

  // What stands in the logs.

  isJournaled({ group, generation }: Whose, seq: number): boolean {
    if (this.truth.of(group, generation).journaled < seq) this.look()
    return this.truth.of(group, generation).journaled >= seq
  }

  isPublished({ group, generation }: Whose, sink: SinkName, upTo: number): boolean {
    if (this.truth.of(group, generation).upTo[sink] < upTo) this.look()
    return this.truth.of(group, generation).upTo[sink] >= upTo
  }

  /** Everything that is new in the logs. */
  look(): void {
    this.truth.readJournals((group, journaled) => this.#onJournaled(group, journaled))
    this.truth.readMarkers((group, record) => {
      const truth = this.truth.of(group, record.generation)
      truth.claimed = Math.max(truth.claimed, record.generation)
      this.#onMarker(truth, record)
    })
    const early: Visible[] = []
    for (const visible of this.#early) if (!this.#isOwed(visible)) early.push(visible)
    this.truth.readOutputs(visible => {
      this.#onVisible(visible)
      if (!this.#isOwed(visible)) early.push(visible)
    })
    this.#early = early
    const [torn] = this.#decided.torn()
    this.together.demand(torn === undefined, () => JSON.stringify(torn))
  }

  /** All that is journaled is visible, and nothing else. */
  isComplete(): boolean {
    this.look()
    if (this.#early.length > 0) return false
    return this.truth.groups.every(group => {
      const { outputs } = this.#group(group).history
      return SINKS.every(sink => this.#seen(group, sink) === outputs[sink].length)
    })
  }

  /** The last look. */
  end(): void {
    const [early] = this.#early
    this.#once.demand(early === undefined, () => `${JSON.stringify(early)} is in no journal`)
    for (const group of this.truth.groups) {
      const { outputs } = this.#group(group).history
      for (const sink of SINKS) {
        const [seen, made] = [this.#seen(group, sink), outputs[sink].length]
        const what = () => `${nameOf(group)} shows ${seen} of ${made} outputs of ${sink}`
        this.#once.demand(seen === made, what)
      }
    }
  }

  #group(group: GroupId): GroupTruth {
    return this.truth.of(group)
  }

  #highest(group: GroupId): number {
    const { claimed, records } = this.#group(group)
    return Math.max(claimed, ...records.map(({ record }) => record.generation))
  }

  #onJournaled(group: GroupId, { record, offset }: Journaled): void {
    const truth = this.#group(group)
    const others = truth.records.map(one => one.record)
    const before = others.at(-2)
    const at = () => `${nameOf(group)} at ${offset}`
    this.#owners.demand(record.generation >= (before?.generation ?? 0), at)
    if (record.kind !== 'published') return
    this.#deletes.demand(record.generation > this.#deleted, at)
    const isTwo = others.some(
      one => one.generation === record.generation && one.owner !== record.owner,
    )
    this.#owners.demand(!isTwo, at)
    this.#onSchedules(truth, record, at)
    this.#onMarker(truth, record)
  }

  /** What it says is decided, though all of it may not be shown yet. */
  #onMarker(truth: GroupTruth, record: JournalRecord): void {
    if (record.kind !== 'published') return
    for (const { sink, upTo } of record.published) {
      const name = sink as SinkName
      truth.upTo[name] = Math.max(truth.upTo[name], upTo)
    }
  }

  #onSchedules(truth: GroupTruth, record: PublishedRecord, at: () => string): void {
    const { history } = truth
    const next = history.schedules.length + 1
    this.#journals.demand(record.fromSeq === next, () => `${at()}: ${record.fromSeq}, not ${next}`)
    for (const { schedule } of record.schedules) history.add(schedule, record.generation)
    truth.journaled = Math.max(truth.journaled, record.toSeq)
  }

  #onVisible(visible: Visible): void {
    const { partition, number, claimed } = visible
    const name = placeOf(visible, this.#job(visible))
    const before = this.#last.get(name)
    this.#last.set(name, { number, claimed })
    this.shown++
    const next = before === undefined ? firstOf(partition) : before.number + OUTPUT_PARTITIONS
    this.#once.demand(number === next, () => `${name} shows ${number} where ${next} is next`)
    this.#owners.demand(claimed >= (before?.claimed ?? 0), () => `${name} at ${number}`)
    this.#deletes.demand(claimed > this.#deleted, () => `${name} at ${number}`)
  }

  #seen(group: GroupId, sink: SinkName): number {
    let count = 0
    for (let partition = 0; partition < OUTPUT_PARTITIONS; partition++) {
      const place = placeOf({ group: nameOf(group), sink, partition }, this.#group(group))
      const last = this.#last.get(place)?.number ?? 0
      if (last > 0) count += (last - firstOf(partition)) / OUTPUT_PARTITIONS + 1
    }
    return count
  }

  #job({ group, claimed }: Visible): GroupTruth {
    const id = this.truth.groups.find(one => nameOf(one) === group)
    return this.truth.of(id as GroupId, claimed)
  }

  /** false: the journal does not show its entry yet. */
  #isOwed(visible: Visible): boolean {
    const { group, sink, number, id, identity } = visible
    const owed = this.#job(visible).history.outputs[sink as SinkName][number - 1]
    if (owed === undefined) return false
    this.#once.demand(owed.id === id, () => {
      return `${group} shows ${id} as ${number} of ${sink}, where ${owed.id} was journaled`
    })
    const own = [group, owed.generation, sink, number].join('/')
    this.#identities.demand(identity === own, () => `${identity} is shown for ${own}`)
    return true
  }
}

function isSameEntry(one: OutEntry, other: OutEntry): boolean {
  return JSON.stringify([one, ...one.runs]) === JSON.stringify([other, ...other.runs])
}

function placeOf(
  { group, sink, partition }: Pick<Visible, 'group' | 'sink' | 'partition'>,
  { above }: GroupTruth,
): string {
  return `${group} above ${above} ${sink}/${partition}`
}

/** The first number of a partition. */
function firstOf(partition: number): number {
  return partition === 0 ? OUTPUT_PARTITIONS : partition
}
