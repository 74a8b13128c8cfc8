// Shows /openapi.json with Swagger UI. Signing in is a code with PKCE (RFC 7636); the token stays in this page's memory.
"use strict";

function absolute(description) {
  for (const scheme of Object.values(description.components.securitySchemes)) {
    const flow = scheme.flows.authorizationCode;
    for (const name of ["authorizationUrl", "tokenUrl", "refreshUrl"]) {
      flow[name] = new URL(flow[name], location.origin).href;
    }
  }
  return description;
}

function show(description) {
  const ui = SwaggerUIBundle({
    spec: absolute(description),
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    validatorUrl: null,
    oauth2RedirectUrl: `${location.origin}/docs/signed-in.html`,
  });
  ui.initOAuth({
    appName: "Leadreel",
    clientId: description["x-client-id"] || "",
    usePkceWithAuthorizationCodeGrant: true,
  });
}

function tell(error) {
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "alert");
  note.textContent = `The API's description can't be shown (${error.message}). Reload this page in a moment.`;
  document.getElementById("docs").replaceChildren(note);
}

async function start() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
  show(await answer.json());
}

start().catch(tell);
