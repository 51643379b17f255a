from typing import Any
from unittest.mock import ANY

# The version of a thing as it stands: of somebody who read it at the very moment of signing.
AS_READ: Any = ANY
