/** By which code scripts know how it went; and the errors that end a command with one of them. */

export const exitCodes = {
  done: 0,
  failed: 1,
  noConnection: 2,
  badInput: 3,
  unhealthy: 5,
  wrongUsage: 128,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command; the message is all that is shown. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}
