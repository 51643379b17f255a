SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  filter: true,
  tryItOutEnabled: true,
  // Nothing is asked of another host, and a key lives no longer than the page.
  validatorUrl: null,
  persistAuthorization: false,
});
