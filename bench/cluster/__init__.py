# SPDX-License-Identifier: Apache-2.0
"""A generated cluster: what is in it (shape), its objects, and how they are written (text)."""
