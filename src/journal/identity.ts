/**
 * Which output a record is, in a header of every one, for people and sinks that drop what they have
 * seen: `job/stage/3/1/home/17` is output 17 of the sink `home` of the group `job/stage/3`, first
 * journaled in generation 1. Group, sink and number name an output of a job; its generation never
 * changes, whoever publishes it in the end, and tells the job from a deleted one of its name. In a
 * sink's name `%` and `/` are `%25` and `%2F`; a group's name stands as it is.
 */

import { utf8Of } from '../base/bytes.ts'
import { invariant } from '../base/errors.ts'
import type { Header } from '../base/stream-log.ts'
import { NAME_CHARS_MAX } from './bounds.ts'
import type { HeldRun } from './outbox.ts'
import type { Output } from './types.ts'

export const IDENTITY_HEADER = 'weir-id'

export interface Identity {
  /** With its job: `job/stage/3`. */
  readonly group: string
  /** In which its entry was first journaled. */
  readonly generation: number
  readonly sink: string
  readonly number: number
}

/** Two names, of which each character takes three bytes at most, and two numbers. */
const IDENTITY_BYTES_MAX = 6 * NAME_CHARS_MAX + 64
const FORM = /^(.+)\/([1-9]\d*)\/([^/]+)\/([1-9]\d*)$/su
const decoder = new TextDecoder()

/** All of a run, as it was rendered, each output with its header. */
export function identified(
  outputs: readonly Output[],
  { sink, first, count, generation }: HeldRun,
  group: string,
): readonly Output[] {
  invariant(outputs.length === count, 'JOURNAL a run is rendered whole', outputs.length)
  const head = headOf({ group, generation, sink })
  return outputs.map(({ topic, partition, record }, at) => {
    const { key, value, timestampMs } = record
    const own = { name: IDENTITY_HEADER, value: utf8Of(head + (first + at)) }
    const headers = record.headers.length === 0 ? [own] : [...record.headers, own]
    return { topic, partition, record: { key, value, headers, timestampMs } }
  })
}

function headOf({ group, generation, sink }: Omit<Identity, 'number'>): string {
  return `${group}/${generation}/${sink.replaceAll('%', '%25').replaceAll('/', '%2F')}/`
}

/** undefined: it bears none that a publisher has put on. */
export function identityIn(headers: readonly Header[]): Identity | undefined {
  const header = headers.findLast(({ name }) => name === IDENTITY_HEADER)
  if (header === undefined || header.value.length > IDENTITY_BYTES_MAX) return undefined
  const text = decoder.decode(header.value)
  const [, group = '', generation = '', name = '', number = ''] = FORM.exec(text) ?? []
  const sink = name.replaceAll('%2F', '/').replaceAll('%25', '%')
  const identity = { group, generation: Number(generation), sink, number: Number(number) }
  // What has another spelling was not put on here.
  const isOurs = headOf(identity) + identity.number === text
  const areSafe = Number.isSafeInteger(identity.generation) && Number.isSafeInteger(identity.number)
  return isOurs && areSafe ? identity : undefined
}
