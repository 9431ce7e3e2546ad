/**
 * `npm run services`: real services for tests and benchmarks, built from public packages into a
 * cache folder outside the tree and run on loopback.
 */

import { CANNOT_RUN_HERE } from '../gate/verdict.ts'
import { askOf, type Verb } from './ask.ts'
import { built, CannotBuildHere } from './build.ts'
import { down, type Status, statusOf, up } from './running.ts'
import type { Service } from './service.ts'
import { services } from './services.ts'

const HELP = `npm run services -- up NAME.. | build NAME.. | down [NAME..] | status [NAME..]
  up               starts it, and builds it first if need be; prints where it is
  build            builds it and starts nothing
  down             ends what \`up\` started, and forgets its data
  status           says how each stands
services: ${services.map(({ name }) => name).join(', ')}
One that is there already is named by an environment variable, and then used as it is:
${services.map(({ name, variable }) => `  ${variable} names ${name}`).join('\n')}
WEIR_CACHE names the folder for programs and data (else $XDG_CACHE_HOME/weir or ~/.cache/weir).
Exit code 1: it did not work; 2: it was asked wrongly; ${CANNOT_RUN_HERE}: no tool to build with.
`
const MISUSED = 2

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

function told({ name, variable }: Service, status: Status): string {
  if (status.kind === 'down') return `${name} down`
  if (status.kind === 'named') return `${name} named by ${variable}: ${status.address}`
  const { address, processes } = status.running
  const pids = processes.map(({ pid }) => pid).join(', ')
  return `${name} ${status.kind} at ${address}, processes ${pids}`
}

const actions: Record<Verb, (service: Service) => Promise<string>> = {
  up: async service => `${service.variable}=${await up(service, say)}`,
  build: async service => `${service.name} ${await built(service, say)}`,
  down: async service => `${service.name} ${(await down(service, say)) ? 'ended' : 'was not up'}`,
  status: async service => told(service, await statusOf(service)),
}

async function main(): Promise<number> {
  const ask = askOf(process.argv.slice(2), services)
  if ('misuse' in ask) {
    process.stderr.write(`${ask.misuse}\n\n${HELP}`)
    return MISUSED
  }
  for (const service of ask.services) {
    process.stdout.write(`${await actions[ask.verb](service)}\n`)
  }
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  return error instanceof CannotBuildHere ? CANNOT_RUN_HERE : 1
})
