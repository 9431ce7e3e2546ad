/** Asks a node over HTTP, and says what its answer means for whoever typed the command. */

import { Option } from 'commander'
import { WeirError } from '../base/errors.ts'
import { askHttp, type HttpAsk } from '../io/http.ts'
import { CommandFailure, type ExitCode, exitCodes } from './exit.ts'

const DEFAULT_URL = 'http://127.0.0.1:7070'
/** A transfer waits for an election, a hash for the slowest replica, a submit for the logs. */
const ANSWER_MS = 30_000

/** All else has failed. */
const codesOfStatus: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.badInput,
  404: exitCodes.badInput,
  502: exitCodes.noConnection,
  503: exitCodes.unhealthy,
  504: exitCodes.noConnection,
}

export function urlOption(): Option {
  return new Option('--url <url>', 'the HTTP interface of any node')
    .env('WEIR_URL')
    .default(DEFAULT_URL)
}

/** What a node refused; its findings stand in `errors`. */
export class Refusal extends CommandFailure {
  readonly errors: readonly unknown[]

  constructor(exitCode: ExitCode, message: string, errors: readonly unknown[]) {
    super(exitCode, message)
    this.errors = errors
  }
}

export async function ask(
  url: string,
  path: string,
  options: Omit<HttpAsk, 'timeoutMs'> = {},
): Promise<unknown> {
  const whole = `${mustBeUrl(url)}${path}`
  const { status, body } = await askHttp(whole, { timeoutMs: ANSWER_MS, ...options }).catch(
    error => {
      if (!(error instanceof WeirError)) throw error
      const advice = 'see that the node runs, and name another by --url or WEIR_URL'
      throw new CommandFailure(exitCodes.noConnection, `${error.message}; ${advice}`)
    },
  )
  if (status >= 200 && status < 300) return body
  const told = body as { code?: string; detail?: string; errors?: readonly unknown[] }
  const { code = 'unknown', detail = `HTTP ${status}`, errors = [] } = told
  throw new Refusal(codesOfStatus[status] ?? exitCodes.failed, `${code}: ${detail}`, errors)
}

function mustBeUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '')
  const message = `--url is ${text}; it is to be like ${DEFAULT_URL}`
  throw new CommandFailure(exitCodes.badInput, message)
}
