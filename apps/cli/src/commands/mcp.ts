import { defineCommand } from 'citty';
import { chainArgs, named } from '../audit.ts';
import { createRenderer } from '../render.ts';
import { integer, SettingError } from '../settings/checks.ts';
import { readSettings, settingArgs } from '../settings/settings.ts';
import { verb } from '../verb.ts';
import { untilAsked } from './untilAsked.ts';

const { run: _run, ...source } = chainArgs;

const files = (list: string | undefined): readonly string[] => list?.split(',').map((each) => each.trim()) ?? [];

/** `concord mcp`: what people ask of a deployment, for programs that speak the Model Context Protocol. */
export const mcp = verb(
  {
    example: 'concord mcp --rpc http://10.0.0.5:8545 --deployment deployment.json',
    next: 'Name this command in your agent’s configuration. It only reads; --allow-vote lets it sign the vote of the key in --folder, over stdio alone.',
  },
  defineCommand({
    meta: {
      name: 'mcp',
      description:
        'Serve runs, charters, verification, model cards and predictions to an agent over MCP: on standard input and output, or over HTTP on this machine.',
    },
    args: {
      ...source,
      ...settingArgs('rpc', 'deployment', 'key', 'relayer', 'data'),
      archive: {
        type: 'string',
        description: 'files that “concord archive” wrote, with commas: serve them offline, without a chain',
      },
      texts: {
        type: 'string',
        description: 'charter texts, with commas: of charters that are up for vote, which nobody serves yet',
      },
      http: { type: 'string', description: 'serve on this port of 127.0.0.1 instead; 0: one that is free' },
      'allow-vote': {
        type: 'boolean',
        description: 'let the agent sign the one vote of the key in --folder, which it never sees; not with --http',
      },
    },
    run: async ({ args }) => {
      const port = args.http === undefined ? undefined : integer(0, 65_535)(args.http, '--http');
      const votes = args['allow-vote'] === true;
      if (votes && port !== undefined)
        throw new SettingError(
          '--allow-vote',
          'not with --http, where every program of this machine could vote: use stdio',
        );
      if (votes && args.archive !== undefined)
        throw new SettingError('--allow-vote', 'not with --archive, which takes no votes: name a chain');
      // What it takes to speak MCP is loaded by no other verb.
      const [{ archiveSource, chainSource, textsIn }, { createMcpServer }, { readingTools }, { votingTool }] =
        await Promise.all([
          import('../mcp/source.ts'),
          import('../mcp/server.ts'),
          import('../mcp/tools.ts'),
          import('../mcp/vote.ts'),
        ]);
      const texts = textsIn(files(args.texts));
      const from =
        args.archive === undefined
          ? chainSource(await named(args), texts, args.source)
          : archiveSource(files(args.archive), texts);
      const reading = readingTools(from);
      const vote = votes ? votingTool(from, readSettings(args)) : undefined;
      // Standard output belongs to the protocol.
      const render = createRenderer({ json: true });
      if (port !== undefined) {
        const { serveHttp } = await import('../mcp/http.ts');
        const server = await serveHttp(() => createMcpServer(from.kind, { reading }), port);
        render.line(`  MCP at ${server.url}, for programs on this machine; read-only`, 'good');
        await untilAsked();
        await server.stop();
        return;
      }
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
      await createMcpServer(from.kind, { reading, ...(vote && { vote }) }).connect(new StdioServerTransport());
      render.line(`  MCP on standard input and output; ${vote ? 'it may vote' : 'read-only'}`, 'good');
    },
  }),
);
