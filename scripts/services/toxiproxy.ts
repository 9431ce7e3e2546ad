/** Toxiproxy: TCP proxies that are cut, slowed and delayed over HTTP. */

import { join } from 'node:path'
import type { Place, Run, Service } from './service.ts'

const VERSION = '2.5.0'

export const toxiproxy: Service = {
  name: 'toxiproxy',
  variable: 'WEIR_TEST_TOXIPROXY',
  recipe: {
    edition: VERSION,
    needs: ['go'],
    commands: folder => [
      {
        command: 'go',
        args: ['install', `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`],
        env: { GOBIN: folder },
      },
    ],
  },
  ports: 1,
  run({ programs, ports: [port = 0] }: Place): Run {
    const args = ['-host', '127.0.0.1', '-port', String(port)]
    const address = `http://127.0.0.1:${port}`
    return {
      processes: [{ command: join(programs, 'server'), args }],
      urls: [`${address}/version`],
      address,
    }
  },
}
