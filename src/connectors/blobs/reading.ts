/**
 * Reading a sequence: on from what is known, or from its newest image. Entries are believed up to
 * the last one that is listed when each follows the one before it; where they do not, others have
 * removed some meanwhile, or what was known does not count.
 */

import type { LogAnswer, LogDone } from '../../base/stream-log.ts'
import { refused } from '../log/state/judge.ts'
import { numbered } from './names.ts'
import { decodeEntry, decodeImage, type Entry, type Image } from './objects.ts'
import { Replica } from './replica.ts'
import type { SequenceParts } from './sequence.ts'

export type Parts = Pick<SequenceParts, 'store' | 'clock' | 'limits' | 'log' | 'places'>

/** An image, and the entries behind it. */
export interface Read {
  readonly replica: Replica
  readonly entries: readonly Entry[]
}

type ReadOn = readonly Entry[] | 'elsewhere'

/** So many bodies come into memory with their entries: those who read at the end want them. */
const BODIES_KEPT = 16

/** What follows; `elsewhere`: it is not to be reached from here. */
export function readOn(parts: Parts, replica: Replica, done: LogDone<ReadOn>): void {
  parts.store.numbers(parts.places.entries, replica.number, answer => {
    if (answer.error !== undefined) done(answer)
    else if (answer.value.isMore) done({ value: 'elsewhere' })
    else readEntries(parts, replica, answer.value.numbers, done)
  })
}

/** As often as others change the images meanwhile, up to a bound. */
export function readImaged(parts: Parts, done: LogDone<Read>, tries = 1): void {
  const { clock, limits, places } = parts
  const again = (): void => {
    if (tries < limits.triesMax) {
      clock.after(limits.retryMs, () => readImaged(parts, done, tries + 1))
      return
    }
    const message = `entries of ${places.name} are missing, or are removed faster than one reads`
    done(refused('unavailable', `${message}; if this stays so, restore the log from a copy`))
  }
  readImage(parts, answer => {
    if (answer.error !== undefined) done(answer)
    else if (answer.value === 'gone') again()
    else
      readBehind(parts, answer.value, answered => {
        if (answered.error !== undefined) done(answered)
        else if (answered.value === 'elsewhere') again()
        else done({ value: answered.value })
      })
  })
}

function readImage(parts: Parts, done: LogDone<Image | 'none' | 'gone'>): void {
  const { store, log, places } = parts
  store.allNumbers(places.images, 0, answer => {
    if (answer.error !== undefined) {
      done(answer)
      return
    }
    const number = answer.value.at(-1)
    if (number === undefined) {
      done({ value: 'none' })
      return
    }
    const key = numbered(places.images, number)
    store.get(key, got => {
      if (got.error !== undefined) done(got)
      else if (got.value === undefined) done({ value: 'gone' })
      else done(decodeImage(key, { log, sequence: places.name, number }, got.value))
    })
  })
}

function readBehind(parts: Parts, image: Image | 'none', done: LogDone<Read | 'elsewhere'>): void {
  const { store, clock, places } = parts
  const replica = image === 'none' ? new Replica() : Replica.from(image, clock.monotonicMs())
  if (replica === undefined) {
    const message = `an image of ${places.name} says what cannot be; restore the log from a copy`
    done(refused('unavailable', message))
    return
  }
  store.allNumbers(places.entries, replica.number, answer => {
    if (answer.error !== undefined) done(answer)
    else {
      readEntries(parts, replica, answer.value, told => {
        if (told.error !== undefined) done(told)
        else if (told.value === 'elsewhere') done({ value: 'elsewhere' })
        else done({ value: { replica, entries: told.value } })
      })
    }
  })
}

/**
 * A list need not be of one moment: it may be empty because all went that there was while others
 * came. Entries go in order, so then one that counts, and that they all came behind, went too.
 */
function readNothing({ store, places }: Parts, replica: Replica, done: LogDone<ReadOn>): void {
  const { certain } = replica
  if (certain === 0) {
    done({ value: [] })
    return
  }
  store.part(numbered(places.entries, certain), 0, 1, answer => {
    if (answer.error !== undefined) done(answer)
    else done({ value: answer.value === undefined ? 'elsewhere' : [] })
  })
}

function readEntries(
  parts: Parts,
  replica: Replica,
  numbers: readonly number[],
  done: LogDone<ReadOn>,
): void {
  if (numbers.length === 0) {
    readNothing(parts, replica, done)
    return
  }
  const { store, log, places } = parts
  if (numbers.some((number, i) => number !== replica.number + 1 + i)) {
    done({ value: 'elsewhere' })
    return
  }
  const entries: Entry[] = []
  let trouble: LogAnswer<Entry> | undefined
  const keys = numbers.map(number => numbered(places.entries, number))
  const last = numbers.at(-1) ?? 0
  const take = (key: string, bytes: Uint8Array | undefined): boolean => {
    if (bytes === undefined) return false
    const number = replica.number + 1 + entries.length
    const place = { log, sequence: places.name, number }
    const read = decodeEntry(key, place, bytes, last - number < BODIES_KEPT)
    if (read.error !== undefined) trouble = read
    else entries.push(read.value)
    return read.error === undefined
  }
  store.getAll(keys, take, answer => {
    if (answer.error !== undefined) done(answer)
    else if (trouble?.error !== undefined) done({ error: trouble.error })
    else {
      const isWhole = entries.length === numbers.length && replica.isFollowedBy(entries)
      done({ value: isWhole ? entries : 'elsewhere' })
    }
  })
}
