"use strict";
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#ui",
  deepLinking: true,
  docExpansion: "list",
  // Nothing is asked of a validator elsewhere.
  validatorUrl: null,
});
