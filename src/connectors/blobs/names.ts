/**
 * Where the objects of a log are:
 *
 *     PREFIX/log                           its name
 *     PREFIX/topics/TOPIC/entries/NUMBER   what changed a topic, from 1 on
 *     PREFIX/topics/TOPIC/images/NUMBER    its state behind the entry of this number
 *     PREFIX/ids/ID/..                     the same for a transactional id
 */

import { isBlobKey } from '../../base/blob-key.ts'
import { utf8Of, wholeText } from '../../base/bytes.ts'

/** As many as the largest whole number has, and some. */
const DIGITS = 20
const NUMBER = /^\d{20}$/
const PLAIN = /^[A-Za-z0-9_-]$/

/** `entries` and `images` are prefixes of keys, up to the number. */
export interface Places {
  readonly name: string
  readonly entries: string
  readonly images: string
}

export const numbered = (prefix: string, number: number): string =>
  prefix + String(number).padStart(DIGITS, '0')

/** undefined: nobody here gave an object this key. */
export function numberOf(prefix: string, key: string): number | undefined {
  const digits = key.slice(prefix.length)
  const number = Number(digits)
  return NUMBER.test(digits) && Number.isSafeInteger(number) && number > 0 ? number : undefined
}

export const nameKey = (prefix: string): string => `${prefix}/log`

/** undefined: no key can be made of it. */
export const placesOfTopic = (prefix: string, topic: string): Places | undefined =>
  placesOf(`topics/${topic}`, prefix)

/** Whatever the id is: what no key may have is written as `=` and two digits, byte for byte. */
export function placesOfId(prefix: string, id: string): Places | undefined {
  const word = Array.from(id, letter => (PLAIN.test(letter) ? letter : escaped(letter))).join('')
  return placesOf(`ids/${word}`, prefix)
}

function escaped(letter: string): string {
  const bytes = Array.from(utf8Of(wholeText(letter)), byte => byte.toString(16).padStart(2, '0'))
  return bytes.map(hex => `=${hex}`).join('')
}

function placesOf(name: string, prefix: string): Places | undefined {
  const [entries, images] = [`${prefix}/${name}/entries/`, `${prefix}/${name}/images/`]
  const isSlashed = name.split('/').length !== 2
  if (isSlashed || !isBlobKey(numbered(entries, 1))) return undefined
  return { name, entries, images }
}
