/**
 * Test support: one command of a dialogue: `name word word option=value`. Every reader of an
 * argument says what it wanted; an option that nobody read is a mistake of the script.
 */

import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import type { MessageType } from '../messages.ts'
import { messageTypes } from '../messages.ts'

export interface Path {
  readonly from: ReplicaId | undefined
  readonly to: ReplicaId | undefined
}

const OPTION = /^([A-Za-z]\w*)=(.*)$/
const PATH = /^(\d+|\*)->(\d+|\*)$/

export class Command {
  readonly name: string
  /** What is neither the name nor an option nor `quiet`. */
  readonly words: readonly string[]
  /** Only what happens is told, not what is said. */
  readonly quiet: boolean
  readonly #options = new Map<string, string>()
  readonly #read = new Set<string>()

  constructor(text: string) {
    const words = text.trim().split(/\s+/)
    const plain: string[] = []
    for (const word of words.slice(1)) {
      const option = OPTION.exec(word)
      if (option === null) plain.push(word)
      else this.#options.set(option[1] ?? '', option[2] ?? '')
    }
    this.name = words[0] ?? ''
    this.quiet = plain.includes('quiet')
    this.words = plain.filter(word => word !== 'quiet')
  }

  option(name: string): string | undefined {
    this.#read.add(name)
    return this.#options.get(name)
  }

  optionNames(): readonly string[] {
    return [...this.#options.keys()]
  }

  unread(): readonly string[] {
    return this.optionNames().filter(name => !this.#read.has(name))
  }

  number(name: string): number | undefined {
    const text = this.option(name)
    return text === undefined ? undefined : mustNumber(text)
  }

  /** `a=1,2,3` */
  ids(name: string): readonly ReplicaId[] {
    const text = this.option(name) ?? ''
    return text === '' ? [] : text.split(',').map(id => replicaId(mustNumber(id)))
  }

  mustId(at: number): ReplicaId {
    return replicaId(this.mustNumberAt(at))
  }

  mustNumberAt(at: number): number {
    const word = this.words[at]
    if (word === undefined) throw new Error(`${this.name}: a number is missing`)
    return mustNumber(word)
  }

  /** The first word as `1->2`, where `*` stands for everybody; without it every path. */
  path(): Path {
    const word = this.words[0]
    if (word === undefined) return { from: undefined, to: undefined }
    const match = PATH.exec(word)
    if (match === null) throw new Error(`${this.name}: '${word}' is no path like 1->2`)
    return { from: end(match[1]), to: end(match[2]) }
  }

  messageType(): MessageType | undefined {
    const name = this.option('type')
    if (name === undefined) return undefined
    const type = messageTypes.find(known => known === name)
    if (type === undefined) throw new Error(`no message is called '${name}'`)
    return type
  }
}

function end(text: string | undefined): ReplicaId | undefined {
  return text === undefined || text === '*' ? undefined : replicaId(mustNumber(text))
}

export function mustNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new Error(`'${text}' is no number`)
  return Number(text)
}
