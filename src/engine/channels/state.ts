/**
 * What a group knows of a channel, as its replicated state has it, and what one batch changes in
 * it. Whatever a batch changes is said in its inputs and changes, and nowhere else: the state of
 * all channels follows from them, live and in a replay alike.
 */

/** A reader of a source: the incarnation of the plan that it runs, and its term as a leader. */
export interface Reader {
  readonly generation: number
  readonly term: number
}

/** Lower than every reader. */
export const NOBODY: Reader = Object.freeze({ generation: 0, term: 0 })

/** Lexicographic: below zero where `one` is lower than `other`. */
export function compareReaders(one: Reader, other: Reader): number {
  return one.generation - other.generation || one.term - other.term
}

export interface ChannelState {
  /** All records of the source before this offset are taken, and none at it or after. */
  readonly cursor: number
  /** The highest whose frames were used. */
  readonly reader: Reader
  /** The largest that was heard; -Infinity before one was, Infinity when the channel has ended. */
  readonly watermark: number
  /** The reader said that there is nothing to wait for, and no record came since. */
  readonly idle: boolean
}

/** A channel of which nothing was heard. */
export function unheard(cursor: number): ChannelState {
  return { cursor, reader: NOBODY, watermark: -Infinity, idle: false }
}

/** What a stretch of a channel says, records and words, once it is taken. */
export interface Heard {
  readonly to: number
  readonly rows: number
  readonly reader: Reader
  readonly watermark?: number | undefined
  readonly idle?: boolean | undefined
}

/**
 * The state once all of it is taken, up to `to`: any record ends idleness, then the reader's words
 * count, which stand behind the records. The larger watermark wins, so no reader turns it back.
 */
export function afterHearing(state: ChannelState, heard: Heard): ChannelState {
  const { to, rows, reader, watermark = -Infinity, idle } = heard
  return {
    cursor: to,
    reader: compareReaders(reader, state.reader) > 0 ? reader : state.reader,
    watermark: Math.max(state.watermark, watermark),
    idle: idle ?? (state.idle && rows === 0),
  }
}

/** A batch took the offsets from `from` up to, without, `to`. */
export interface Input {
  readonly channel: number
  readonly from: number
  readonly to: number
}

/** What a batch changed in a channel besides the cursor: the new values, where they are others. */
export interface ChannelChange {
  readonly channel: number
  /** The channel is new, and begins at this offset. */
  readonly opened?: number | undefined
  readonly reader?: Reader | undefined
  readonly watermark?: number | undefined
  readonly idle?: boolean | undefined
}

/** What a batch does to the group's place in its input. */
export interface Movement {
  readonly seq: number
  /** Processing time of all that the batch does; it never goes back. */
  readonly now: number
  /** By ascending channel, each at most once; those that took no offset are not named. */
  readonly inputs: readonly Input[]
  /** By ascending channel, each at most once; those that say nothing are not named. */
  readonly changes: readonly ChannelChange[]
}
