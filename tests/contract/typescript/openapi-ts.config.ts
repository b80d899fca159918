// The document is named on the command line. `.js` is how node itself finds what tsc built.
export default {
  output: { path: "flowforge", module: { extension: ".js" } },
  logs: { file: false },
};
