/**
 * `weir node`: runs a node until it is asked to stop. Its log goes to the error stream, one JSON
 * object a line. It ends with code 0 when it was stopped in peace, 3 when it was told something
 * that cannot be, 1 when something failed that it cannot go on without.
 */

import { Command } from 'commander'
import { KvMachine } from '../../chaos/kv/machine.ts'
import { kvService } from '../../chaos/kv/service/server.ts'
import { makeApp } from '../api/app.ts'
import { NodeMetrics } from '../api/metrics.ts'
import { WeirError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { KafkaLog } from '../connectors/kafka/kafka.ts'
import type { KafkaOptions } from '../connectors/kafka/options.ts'
import { realClock } from '../io/clock.ts'
import { diskTrouble } from '../io/disk-trouble.ts'
import { askHttp, type HttpServer, listenHttp } from '../io/http.ts'
import { JsonLog } from '../io/log.ts'
import { SystemRandom } from '../io/random.ts'
import { JobsFace } from '../node/jobs/face.ts'
import { WeirNode } from '../node/node.ts'
import { advertised, judgeSettings, type NodeSettings } from '../node/settings.ts'
import { openerOf } from '../work/logs.ts'
import { makeWorks } from '../work/works.ts'
import { Arrival } from './arrival.ts'
import { type FileValues, readConfig } from './config-file.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { readInput } from './input-file.ts'
import { addNodeOptions, saidBy } from './node-options.ts'
import type { Terminal } from './output.ts'
import { readVersion } from './version.ts'

/** Another node has so long to answer over HTTP. */
const ASK_MS = 3000
const PAUSE_MS = 50

export function nodeCommand(terminal: Terminal): Command {
  const command = new Command('node').description('run a node until it is asked to stop (SIGTERM)')
  return addNodeOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  weir node --id n1 --listen 127.0.0.1:7170 --http 127.0.0.1:7070 \\\n' +
        '    --data /tmp/n1 --join 127.0.0.1:7171,127.0.0.1:7172 --bootstrap --groups 16',
    )
    .action((options: Readonly<Record<string, unknown>>) => {
      return new Run(settingsOf(options), text => terminal.err(text)).whole()
    })
}

function settingsOf(options: Readonly<Record<string, unknown>>): NodeSettings {
  const path = options['config']
  const file = typeof path === 'string' ? fileValues(path) : {}
  const answer = judgeSettings(saidBy(options, process.env, file))
  if (answer.trouble === undefined) return answer.settings
  throw new CommandFailure(exitCodes.badInput, answer.trouble)
}

function fileValues(path: string): FileValues {
  const answer = readConfig(readInput(path).toString(), process.env)
  if (answer.trouble === undefined) return answer.values
  throw new CommandFailure(exitCodes.badInput, `${path}:${answer.trouble}`)
}

/** Codes of what was wrongly told, rather than failed. */
const inputCodes: readonly string[] = [
  'data-in-use',
  'data-unusable',
  'data-damaged',
  'too-many-lost-logs',
  'state-unreadable',
  'store-of-another-node',
  'store-of-another-cluster',
  'store-of-another-folder',
  'node-file-missing',
  'store-format',
  'node-id-taken',
  'bad-introduction',
  'not-allowed',
  'several-clusters',
  'port-in-use',
  'port-not-allowed',
  'address-unknown',
  'cannot-listen',
  'tls-unusable',
  'store-replaced',
  'replica-mismatch',
  'old-incarnation',
]

const said = (error: unknown) => ({ why: (error as Error).message })

class Run {
  readonly #settings: NodeSettings
  readonly #logger: Logger
  readonly #node: WeirNode<KvMachine>
  readonly #metrics: NodeMetrics
  readonly #version = { ...readVersion() }
  readonly #asked: Promise<void>
  #onAsked: () => void = () => {}
  #isAsked = false
  /** Never resolves. Whatever fails while the node runs, also while it stops. */
  readonly #failed: Promise<never>
  #fail: (error: unknown) => void = () => {}
  readonly #arrival: Arrival

  constructor(settings: NodeSettings, write: (line: string) => void) {
    const { node: name, logLevel: level, tls, log } = settings
    this.#settings = settings
    this.#logger = new JsonLog({ level, always: { node: name }, nowMs: Date.now, write })
    this.#asked = new Promise(resolve => {
      this.#onAsked = resolve
    })
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.#arrival = new Arrival(this.#logger, error => this.#fail(error))
    this.#metrics = new NodeMetrics(() => this.#node.face, this.#version)
    const clientId = `weir-${name}`
    const kafka = (options: KafkaOptions) => new KafkaLog(options)
    const open = openerOf({ clientId, address: log, kafka })
    this.#node = new WeirNode({
      settings,
      logger: this.#logger,
      clock: realClock,
      random: new SystemRandom(),
      meter: this.#metrics,
      tls: tls && { ca: readInput(tls.ca), cert: readInput(tls.cert), key: readInput(tls.key) },
      makeMachine: (space, done) => KvMachine.open(space, done),
      services: find => [kvService(find)],
      meta: { bodies: world => makeWorks(world, { open, environment: process.env }) },
      onFatal: (code, message) => this.#fail(new WeirError(code, message)),
    })
  }

  async whole(): Promise<void> {
    const onSignal = (signal: string) => {
      this.#logger.log('info', 'stopping', { signal })
      this.#arrival.end()
      this.#isAsked = true
      this.#onAsked()
    }
    const onUncaught = (error: unknown) => this.#fail(error)
    // Once: a second signal ends the process at once, as it does where nobody listens.
    process.once('SIGTERM', onSignal).once('SIGINT', onSignal)
    process.once('uncaughtException', onUncaught)
    try {
      await Promise.race([this.#run(), this.#failed])
      this.#logger.log('info', 'stopped')
    } catch (error) {
      this.#arrival.end()
      this.#node.abort()
      throw this.#failureOf(error)
    } finally {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal)
      process.off('uncaughtException', onUncaught)
    }
  }

  async #run(): Promise<void> {
    const begun = this.#begin()
    const http = await Promise.race([begun, this.#asked])
    if (http === undefined) {
      // Nothing is served yet, so nothing needs to be put away; what is being opened may take long.
      begun.catch(error => this.#logger.log('info', 'beginning was given up', said(error)))
      this.#node.abort()
      return
    }
    await this.#asked
    await this.#node.stop()
    await http.close()
  }

  /** Resolves when it listens; joining goes on behind. */
  async #begin(): Promise<HttpServer> {
    const listen = await this.#node.listen()
    const http = await listenHttp(this.#settings.http, this.#app())
    if (this.#isAsked) {
      await http.close()
      throw new Error('it was asked to stop before it served')
    }
    const reached = advertised(this.#settings, { listen, http: http.port })
    this.#logger.log('info', 'listening', { ...reached, data: this.#settings.data })
    void this.#arrival.watch(this.#node.join(reached))
    return http
  }

  #isSettled(): boolean {
    const checks = this.#node.face?.readiness() ?? []
    return checks.some(({ name, isGood }) => name === 'joined' && isGood)
  }

  #app() {
    return makeApp({
      face: () => this.#node.face,
      jobs: () =>
        this.#node.meta && new JobsFace(this.#node.meta, realClock, () => this.#isSettled()),
      ask: (http, path, post) =>
        askHttp(`http://${http}${path}`, {
          timeoutMs: ASK_MS,
          ...(post === undefined ? {} : { post }),
        }),
      pause: () => new Promise(resolve => setTimeout(resolve, PAUSE_MS)),
      metrics: this.#metrics,
      version: this.#version,
      onBroken: error => this.#logger.log('error', 'a request broke', { why: String(error) }),
    })
  }

  /** An error with a code is told in a sentence; any other is a mistake of ours, with its stack. */
  #failureOf(ending: unknown): Error {
    const error = ending instanceof WeirError ? ending : (diskTrouble(ending) ?? ending)
    const { code = 'internal', message, stack = '' } = error as Error & { code?: string }
    const facts = error instanceof WeirError ? { code } : { code, stack }
    this.#logger.log('error', 'the node ends', { ...facts, why: message })
    if (!(error instanceof WeirError)) return error as Error
    const exitCode = inputCodes.includes(code) ? exitCodes.badInput : exitCodes.failed
    return new CommandFailure(exitCode, message)
  }
}
