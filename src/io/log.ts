/**
 * The log as lines of JSON, one event each, for people and for whatever collects them. The names of
 * the first fields are fixed: time, level, msg; facts follow in the order in which they were given.
 */

import { type LogFacts, type Logger, type LogLevel, logLevels } from '../base/log.ts'

export interface LogOptions {
  /** What is below is left out. */
  readonly level: LogLevel
  /** In every line. */
  readonly always: LogFacts
  nowMs(): number
  write(line: string): void
}

/** A longer text is cut: a line of a log is no place for data. */
const TEXT_MAX = 2000

const cut = (text: string) => (text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}..`)
const shortened = (_key: string, value: unknown) => (typeof value === 'string' ? cut(value) : value)

export class JsonLog implements Logger {
  readonly #options: LogOptions

  constructor(options: LogOptions) {
    this.#options = options
  }

  log(level: LogLevel, message: string, facts: LogFacts = {}): void {
    const { always, nowMs, write } = this.#options
    if (logLevels.indexOf(level) < logLevels.indexOf(this.#options.level)) return
    const time = new Date(nowMs()).toISOString()
    write(`${JSON.stringify({ time, level, msg: message, ...always, ...facts }, shortened)}\n`)
  }
}
