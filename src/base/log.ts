/** The door to the log that people read: what happened, in a few words, and the facts apart. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Plain values; no secrets. */
export type LogFacts = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

export interface Logger {
  log(level: LogLevel, message: string, facts?: LogFacts): void
}
