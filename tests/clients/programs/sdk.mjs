// What a user of the JavaScript SDK writes, operation by operation; prints what became of each as one JSON object.
//
// Runs with the client's own packages (SDK_FOLDER) and knows nothing of the emulator but an address.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_FOLDER}/`);
const { ContainerInstanceManagementClient } = require("@azure/arm-containerinstance");
const { ClientSecretCredential } = require("@azure/identity");

const ARM = process.env.ARM_URL;
const SUBSCRIPTION = process.env.AZURE_SUBSCRIPTION_ID;
const GROUP = "rg-js";
const MANY = 101;

const credential = (secret) =>
  new ClientSecretCredential(process.env.AZURE_TENANT_ID, process.env.AZURE_CLIENT_ID, secret, {
    authorityHost: ARM,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  });

const client = (secret, more = {}) =>
  new ContainerInstanceManagementClient(credential(secret), SUBSCRIPTION, {
    endpoint: ARM,
    credentialScopes: `${ARM}/.default`,
    ...more,
  });

const aci = client(process.env.AZURE_CLIENT_SECRET);
const unwelcome = client("not-the-secret", { retryOptions: { maxRetries: 0 } });
const { containerGroups, containers, location, operations, subnetServiceAssociationLink } = aci;
const poll = { updateIntervalInMs: 200 };

const container = {
  name: "web",
  image: "nginx:1.27",
  resources: { requests: { cpu: 1, memoryInGB: 1.5 } },
  ports: [{ port: 80 }],
  environmentVariables: [
    { name: "PLAIN", value: "seen" },
    { name: "HIDDEN", secureValue: "unseen" },
  ],
};

const group = (changes = {}) => ({
  location: "westeurope",
  osType: "Linux",
  containers: [container],
  ipAddress: { type: "Public", ports: [{ port: 80, protocol: "TCP" }] },
  tags: { "made-by": "js" },
  ...changes,
});

const small = {
  location: "westeurope",
  osType: "Linux",
  containers: [{ name: "c", image: "nginx", resources: { requests: { cpu: 1, memoryInGB: 1 } } }],
};

async function listed(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

const names = (items) => items.map((item) => item.name).sort();

async function polled(begun) {
  const poller = await begun;
  const result = await poller.pollUntilDone();
  return poller.isDone() ? result : "not done";
}

// What an operation without a result leaves differs between versions of the library; that it ended does not.
async function ended(operation) {
  await operation;
  return "ended";
}

// This library has no operation for resource groups.
async function resourceGroup(method, body) {
  const path = `/subscriptions/${SUBSCRIPTION}/resourcegroups/${GROUP}?api-version=2021-04-01`;
  const { token } = await credential(process.env.AZURE_CLIENT_SECRET).getToken(`${ARM}/.default`);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return (await fetch(ARM + path, { method, headers, body: JSON.stringify(body) })).status;
}

const STEPS = {
  "resource group": () => resourceGroup("PUT", { location: "westeurope" }),
  "a wrong secret": () => unwelcome.containerGroups.get(GROUP, "web"),
  "a missing group": () => containerGroups.get(GROUP, "web"),
  "containerGroups.beginCreateOrUpdate": async () => {
    const made = await polled(containerGroups.beginCreateOrUpdate(GROUP, "web", group(), poll));
    return [made.name, made.provisioningState];
  },
  "containerGroups.beginCreateOrUpdateAndWait": async () => {
    const made = await containerGroups.beginCreateOrUpdateAndWait(GROUP, "other", small, poll);
    return [made.name, made.provisioningState];
  },
  "containerGroups.get": async () => {
    const made = await containerGroups.get(GROUP, "web");
    const variables = made.containers[0].environmentVariables.map((v) => [v.name, v.value, v.secureValue]);
    return [made.name, made.provisioningState, made.instanceView.state, Boolean(made.ipAddress.ip), variables];
  },
  "containerGroups.list": async () => names(await listed(containerGroups.list())),
  "containerGroups.listByResourceGroup": async () => names(await listed(containerGroups.listByResourceGroup(GROUP))),
  "containerGroups.update": async () => (await containerGroups.update(GROUP, "web", { tags: { team: "blue" } })).tags,
  "an update in place": async () => {
    const changed = group({ tags: { team: "red" } });
    const made = await containerGroups.beginCreateOrUpdateAndWait(GROUP, "web", changed, poll);
    return [made.provisioningState, made.tags];
  },
  "an immutable change": () =>
    containerGroups.beginCreateOrUpdateAndWait(GROUP, "web", group({ restartPolicy: "Never" }), poll),
  "a bad name": () => containerGroups.beginCreateOrUpdateAndWait(GROUP, "-web-", group(), poll),
  "a missing resource group": () => containerGroups.beginCreateOrUpdateAndWait("rg-none", "web", group(), poll),
  "location.listUsage": async () => {
    const used = (await listed(location.listUsage("westeurope"))).filter((item) => item.currentValue);
    return Object.fromEntries(used.map((item) => [item.name.value, item.currentValue]));
  },
  "location.listCachedImages": async () => {
    const images = await listed(location.listCachedImages("westeurope"));
    return images.length > 0 && images.every((item) => item.osType && item.image);
  },
  "location.listCapabilities": async () => {
    const systems = (await listed(location.listCapabilities("westeurope"))).map((item) => item.osType);
    return [...new Set(systems)].sort();
  },
  "containers.listLogs": async () => typeof (await containers.listLogs(GROUP, "web", "web", { tail: 5 })).content,
  "containers.executeCommand": async () => {
    const command = { command: "/bin/sh", terminalSize: { rows: 24, cols: 80 } };
    const socket = await containers.executeCommand(GROUP, "web", "web", command);
    return [new URL(socket.webSocketUri).protocol, typeof socket.password];
  },
  "containers.attach": async () => {
    const socket = await containers.attach(GROUP, "web", "web");
    return [new URL(socket.webSocketUri).protocol, typeof socket.password];
  },
  "containerGroups.beginRestart": () => ended(polled(containerGroups.beginRestart(GROUP, "web", poll))),
  "containerGroups.beginRestartAndWait": () => ended(containerGroups.beginRestartAndWait(GROUP, "web", poll)),
  "containerGroups.stop": () => ended(containerGroups.stop(GROUP, "web")),
  "stopped": async () => (await containerGroups.get(GROUP, "web")).instanceView.state,
  "containerGroups.beginStart": () => ended(polled(containerGroups.beginStart(GROUP, "web", poll))),
  "started": async () => (await containerGroups.get(GROUP, "web")).instanceView.state,
  "containerGroups.beginStartAndWait": () => ended(containerGroups.beginStartAndWait(GROUP, "web", poll)),
  "containerGroups.getOutboundNetworkDependenciesEndpoints": async () =>
    Array.isArray(await containerGroups.getOutboundNetworkDependenciesEndpoints(GROUP, "web")),
  "subnetServiceAssociationLink.beginDelete": () =>
    ended(polled(subnetServiceAssociationLink.beginDelete(GROUP, "v", "s", poll))),
  "subnetServiceAssociationLink.beginDeleteAndWait": () =>
    ended(subnetServiceAssociationLink.beginDeleteAndWait(GROUP, "v", "s", poll)),
  "operations.list": async () =>
    names(await listed(operations.list())).includes("Microsoft.ContainerInstance/containerGroups/write"),
  "containerGroups.beginDelete": async () => (await polled(containerGroups.beginDelete(GROUP, "web", poll))).name,
  "containerGroups.beginDeleteAndWait": async () =>
    (await containerGroups.beginDeleteAndWait(GROUP, "other", poll)).name,
  "deleted": () => containerGroups.get(GROUP, "web"),
  "delete of nothing": () => ended(containerGroups.beginDeleteAndWait(GROUP, "never-was", poll)),
  "paging": async () => {
    for (let number = 0; number < MANY; number += 1)
      await containerGroups.beginCreateOrUpdate(GROUP, `n${number}`, small, poll);
    const sizes = [];
    for await (const page of containerGroups.listByResourceGroup(GROUP).byPage()) sizes.push(page.length);
    return sizes;
  },
  "resource group deleted": () => resourceGroup("DELETE"),
};

async function outcome(step) {
  try {
    return await step();
  } catch (error) {
    const codes = /AADSTS\d+/.exec(error.message);
    return [error.name, codes ? codes[0] : error.statusCode ?? error.message, error.code ?? null];
  }
}

// Every operation that the client has, from the client itself: the tests compare it with the steps.
const groups = { containerGroups, containers, location, operations, subnetServiceAssociationLink };
const methods = Object.entries(groups).flatMap(([name, api]) =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(api))
    .filter((each) => each !== "constructor" && !each.startsWith("_") && !/(PagingPage|PagingAll)$/.test(each))
    .map((each) => `${name}.${each}`),
);

const results = {};
for (const [name, step] of Object.entries(STEPS)) results[name] = await outcome(step);
console.log(JSON.stringify({ results, methods }, null, 1));
