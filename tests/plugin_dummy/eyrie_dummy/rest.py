"""A REST route of the dummy's own."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class GreetingView(APIView):
    """Says hello to those who may hear it."""

    required = {"GET": "dummy.greet"}

    def get(self, request: Request) -> Response:
        """The greeting."""
        return Response({"greeting": "hello"})
